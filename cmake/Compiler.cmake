# How every target of this project is compiled and linked.

# ccache with paths relative to the source folder, so that several checkouts share one cache. Precompiled headers need the
# sloppiness: the compiler itself checks that a precompiled header fits.
find_program(CCACHE ccache)
if(CCACHE)
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
endif()

find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # ccache can only serve a file that uses a precompiled header when the preprocessor keeps track of it.
  add_compile_options(-fpch-preprocess)
endif()

# Warnings for our own code; generated and third-party code is compiled without.
add_library(firesteel_warnings INTERFACE)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(firesteel_warnings INTERFACE -Wall -Wextra -Wswitch -Werror
    # g++ 12 sees overflows and overlaps in inlined std::string code that are not there.
    -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds -Wno-maybe-uninitialized)
endif()
