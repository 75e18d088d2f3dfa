# SPDX-License-Identifier: Apache-2.0
# MuJoCo as scripts/fetch-mujoco.sh unpacks it, or where MUJOCO_DIR says: the target mujoco::mujoco.

set(MUJOCO_DIR "${CMAKE_SOURCE_DIR}/.deps/mujoco" CACHE PATH "Folder with MuJoCo's include/ and lib/")

find_path(MuJoCo_INCLUDE_DIR mujoco/mujoco.h PATHS "${MUJOCO_DIR}/include" NO_DEFAULT_PATH)
find_library(MuJoCo_LIBRARY mujoco PATHS "${MUJOCO_DIR}/lib" NO_DEFAULT_PATH)
if(MuJoCo_INCLUDE_DIR)
  file(STRINGS "${MuJoCo_INCLUDE_DIR}/mujoco/mujoco.h" MuJoCo_VERSION REGEX "#define mjVERSION_HEADER")
  string(REGEX REPLACE ".* ([0-9]+).*" "\\1" MuJoCo_VERSION "${MuJoCo_VERSION}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(MuJoCo REQUIRED_VARS MuJoCo_LIBRARY MuJoCo_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "run scripts/fetch-mujoco.sh, or give MUJOCO_DIR")

if(MuJoCo_FOUND AND NOT TARGET mujoco::mujoco)
  add_library(mujoco::mujoco SHARED IMPORTED)
  set_target_properties(mujoco::mujoco PROPERTIES
    IMPORTED_LOCATION "${MuJoCo_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES "${MuJoCo_INCLUDE_DIR}")
endif()
mark_as_advanced(MuJoCo_INCLUDE_DIR MuJoCo_LIBRARY)
