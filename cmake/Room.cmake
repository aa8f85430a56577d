# A room is a folder under src/ and one object library. Adding a source file needs no edit here: `*.cc` is the library,
# `*_test.cc` beside it goes into the unit tests.

set_property(GLOBAL PROPERTY firesteel_rooms "")
set_property(GLOBAL PROPERTY firesteel_test_sources "")

# Standard headers that most files use, precompiled once for all rooms.
set(standard_headers
  <algorithm> <array> <atomic> <chrono> <cmath> <condition_variable> <cstdint> <cstring> <functional> <limits> <map> <memory>
  <mutex> <optional> <set> <span> <sstream> <stdexcept> <string> <string_view> <unordered_map> <unordered_set> <utility>
  <variant> <vector>)
file(WRITE ${CMAKE_BINARY_DIR}/generated/standard_headers.cc.new "// Exists to own the precompiled standard headers.\n")
configure_file(${CMAKE_BINARY_DIR}/generated/standard_headers.cc.new ${CMAKE_BINARY_DIR}/generated/standard_headers.cc COPYONLY)
add_library(standard_headers OBJECT ${CMAKE_BINARY_DIR}/generated/standard_headers.cc)
target_precompile_headers(standard_headers PRIVATE ${standard_headers})
target_link_libraries(standard_headers PRIVATE firesteel_warnings Threads::Threads)

option(FIRESTEEL_TOGETHER "Compile eight files of a room at a time: a whole build takes a third less, one file's several times as long" ON)

# firesteel_room(NAME [MAY_INCLUDE room…] [LIBRARIES target…] [PROTOCOL] [TOGETHER] [APART file…])
# MAY_INCLUDE is what test/test_structure.py checks the room's includes against (`base` and the room itself always may).
# LIBRARIES are the third-party targets whose headers the room uses. PROTOCOL gives it the generated protocol's headers.
# TOGETHER: its files are compiled eight at a time, so that what stands in unnamed namespaces is named once among them; but
# for those that keep APART.
function(firesteel_room name)
  cmake_parse_arguments(ROOM "PROTOCOL;TOGETHER" "" "MAY_INCLUDE;LIBRARIES;APART" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cc)
  if(name STREQUAL "engine")  # the engines below it are rooms of their own
    list(FILTER sources EXCLUDE REGEX "/engine/(duckdb|gpu|spark)/")
  endif()
  list(FILTER sources EXCLUDE REGEX "/server/main\\.cc$")
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  if(tests)
    set_property(GLOBAL APPEND PROPERTY firesteel_test_sources ${tests})
    set_property(GLOBAL APPEND PROPERTY firesteel_test_libraries ${ROOM_LIBRARIES})
  endif()
  if(NOT sources)
    return()
  endif()
  string(REPLACE "/" "_" target room_${name})
  add_library(${target} OBJECT ${sources})
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(${target} PRIVATE firesteel_warnings Threads::Threads PUBLIC ${ROOM_LIBRARIES})
  if(ROOM_PROTOCOL)
    target_link_libraries(${target} PUBLIC protocol)
    target_precompile_headers(${target} PRIVATE <spark/connect/base.grpc.pb.h> <spark/connect/base.pb.h>
      <map> <memory> <optional> <string> <string_view> <unordered_map> <variant> <vector>)
  else()
    target_precompile_headers(${target} REUSE_FROM standard_headers)
  endif()
  if(ROOM_TOGETHER AND FIRESTEEL_TOGETHER)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
    # A file in a batch is no main file, and what it keeps to itself no header's.
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
    list(TRANSFORM ROOM_APART PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/${name}/)
    set_source_files_properties(${ROOM_APART} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  endif()
  set_property(GLOBAL APPEND PROPERTY firesteel_rooms ${target})
endfunction()
