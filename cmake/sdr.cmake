# How a target is made here: one function for a library with its unit tests, one for a service.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(SDR_SANITIZE "" CACHE STRING "Sanitizers for every target, as -fsanitize= takes them")

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
if(SDR_TESTS)
  add_custom_target(unit_tests)
  enable_testing()
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()

add_library(sdr_options INTERFACE)
target_compile_options(sdr_options INTERFACE -Wall -Wextra -Wshadow -Wconversion)
# A warning is an error with the compilers that every change is checked with. Later ones warn of other things, rightly or
# not, and whoever has one still wants to build.
if((CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
   OR (CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 15))
  target_compile_options(sdr_options INTERFACE -Werror)
endif()
target_include_directories(sdr_options INTERFACE "${CMAKE_SOURCE_DIR}/libs" "${CMAKE_SOURCE_DIR}/services")
target_link_libraries(sdr_options INTERFACE Threads::Threads)
if(SDR_SANITIZE)
  target_compile_options(sdr_options INTERFACE -fsanitize=${SDR_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(sdr_options INTERFACE -fsanitize=${SDR_SANITIZE})
  # GCC warns that its thread sanitizer does not model fences; the two-process stress test decides there.
  target_compile_options(sdr_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
endif()

# The standard library's headers, parsed once: a third of the time that a source takes.
option(SDR_PCH "Precompile the standard library's headers" OFF)
if(SDR_PCH)
  add_library(sdr_pch STATIC "${CMAKE_SOURCE_DIR}/cmake/pch.cc")
  target_link_libraries(sdr_pch PRIVATE sdr_options)
  target_precompile_headers(sdr_pch PRIVATE "${CMAKE_SOURCE_DIR}/cmake/pch.h")
  # GCC 12 forgets for what comes out of such a header that it is the system's, and warns of it.
  target_compile_options(sdr_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overread>)
endif()

# A folder that is not there yet (or was left out of a package) is no error.
function(sdr_subdirectory folder)
  if(EXISTS "${CMAKE_SOURCE_DIR}/${folder}/CMakeLists.txt")
    add_subdirectory("${CMAKE_SOURCE_DIR}/${folder}" "${CMAKE_BINARY_DIR}/${folder}")
  endif()
endfunction()

# sdr_tests(NAME [SOURCES x_test.cc...] [DEPS ...] [LABELS unit]): one test executable, every case known to ctest.
function(sdr_tests name)
  cmake_parse_arguments(arg "" "LABELS" "SOURCES;DEPS" ${ARGN})
  if(NOT SDR_TESTS OR NOT arg_SOURCES)
    return()
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_DEPS} sdr_options GTest::gtest_main)
  # Small numbers in tests are written as they are read; GCC's -Wconversion leaves them alone.
  # On the sources, since only so it comes behind what it takes back.
  set_property(SOURCE ${arg_SOURCES} APPEND PROPERTY
    COMPILE_OPTIONS $<$<CXX_COMPILER_ID:Clang>:-Wno-sign-conversion>)
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
    add_dependencies(unit_tests ${name})
  endif()
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES LABELS "${arg_LABELS}" TIMEOUT 120)
endfunction()

# sdr_library(NAME SOURCES a.cc... [TESTS a_test.cc...] [DEPS other...] [PRIVATE_DEPS vendor...])
# DEPS are libraries of ours or vendors' that our headers show; vendors' types stay inside, so PRIVATE_DEPS is usual.
function(sdr_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;TESTS;DEPS;PRIVATE_DEPS" ${ARGN})
  add_library(sdr_${name} STATIC ${arg_SOURCES})
  add_library(sdr::${name} ALIAS sdr_${name})
  target_link_libraries(sdr_${name} PUBLIC ${arg_DEPS} PRIVATE sdr_options ${arg_PRIVATE_DEPS})
  if(SDR_PCH)
    target_precompile_headers(sdr_${name} REUSE_FROM sdr_pch)
  endif()
  target_include_directories(sdr_${name} PUBLIC "${CMAKE_SOURCE_DIR}/libs" "${CMAKE_SOURCE_DIR}/services")
  sdr_tests(${name}_test SOURCES ${arg_TESTS} DEPS sdr_${name} ${arg_PRIVATE_DEPS})
endfunction()

# sdr_service(NAME SOURCES ... [TESTS ...] [DEPS ...] [PRIVATE_DEPS ...]): a library sdr_service_NAME, and main.cc as
# the executable sdr-NAME.
function(sdr_service name)
  cmake_parse_arguments(arg "" "EXECUTABLE" "SOURCES;TESTS;DEPS;PRIVATE_DEPS" ${ARGN})
  sdr_library(service_${name} SOURCES ${arg_SOURCES} TESTS ${arg_TESTS} DEPS ${arg_DEPS}
    PRIVATE_DEPS ${arg_PRIVATE_DEPS})
  if(NOT arg_EXECUTABLE)
    set(arg_EXECUTABLE sdr-${name})
  endif()
  add_executable(${arg_EXECUTABLE} main.cc)
  target_link_libraries(${arg_EXECUTABLE} PRIVATE sdr_service_${name} sdr_options)
endfunction()

# sdr_bench(NAME SOURCES ... DEPS ...): build/.../bin/bench_NAME, started by `./sdr bench NAME`.
function(sdr_bench name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(bench_${name} ${arg_SOURCES})
  target_link_libraries(bench_${name} PRIVATE ${arg_DEPS} sdr::base sdr_options)
  target_include_directories(bench_${name} PRIVATE "${CMAKE_SOURCE_DIR}")  # bench/common
endfunction()

# sdr_fuzzer(NAME SOURCES ... DEPS ...): a libFuzzer executable fuzz_NAME; its corpus lies in fuzz/corpus/NAME.
function(sdr_fuzzer name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(fuzz_${name} ${arg_SOURCES})
  target_link_libraries(fuzz_${name} PRIVATE ${arg_DEPS} sdr_options)
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  add_dependencies(fuzzers fuzz_${name})
endfunction()
