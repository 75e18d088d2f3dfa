def module(schema, runtime):
    return runtime
