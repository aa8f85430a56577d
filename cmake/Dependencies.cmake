# Imported targets for everything that is not ours. `make bootstrap` puts the pinned ones into the cache folder.

find_package(Threads REQUIRED)
find_package(Protobuf REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
find_package(CLI11 REQUIRED)
find_package(date REQUIRED)
find_package(Eigen3 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(GTest REQUIRED)
pkg_check_modules(grpcpp REQUIRED IMPORTED_TARGET grpc++ absl_synchronization)
pkg_check_modules(pcre2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(lbfgs REQUIRED IMPORTED_TARGET liblbfgs)
pkg_check_modules(openblas REQUIRED IMPORTED_TARGET openblas)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(xml REQUIRED IMPORTED_TARGET libxml-2.0)
find_package(OpenSSL REQUIRED)

if(DEFINED ENV{FIRESTEEL_CACHE})
  set(FIRESTEEL_CACHE $ENV{FIRESTEEL_CACHE})
else()
  set(FIRESTEEL_CACHE $ENV{HOME}/.cache/firesteel)
endif()
foreach(folder duckdb-2.0.0-cp311 arrow-26.0.1 arrow-s3-26.0.1 spark-connect-4.2.0 datasketches-4.1.0 xgboost-3.2.0)
  if(NOT EXISTS ${FIRESTEEL_CACHE}/${folder})
    message(FATAL_ERROR "${FIRESTEEL_CACHE}/${folder} is missing: run `make bootstrap` first.")
  endif()
endforeach()

set(duckdb_root ${FIRESTEEL_CACHE}/duckdb-2.0.0-cp311)
set(duckdb_file ${duckdb_root}/lib/libduckdb.so)

add_library(duckdb_library SHARED IMPORTED)
set_target_properties(duckdb_library PROPERTIES
  IMPORTED_LOCATION ${duckdb_file}
  IMPORTED_NO_SONAME TRUE
  INTERFACE_INCLUDE_DIRECTORIES ${duckdb_root}/include)

# The library is the one of the Python package. It names functions and objects of Python that nothing here calls: our
# executables define them, as room for an object each, so that it loads without Python.
execute_process(COMMAND ${CMAKE_NM} -D --undefined-only ${duckdb_file} OUTPUT_VARIABLE undefined_names COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "_?Py[A-Za-z0-9_]+" python_names "${undefined_names}")
set(python_definitions "")
foreach(name ${python_names})
  string(APPEND python_definitions "char ${name}[1024];\n")
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/python_names.cc CONTENT "extern \"C\" {\n@python_definitions@}\n" @ONLY)

# DuckDB's own C++ wrapper over its C API v2, compiled here since the library does not hold it.
add_library(duckdb_wrapper OBJECT ${duckdb_root}/include/duckdb_cpp.cpp ${CMAKE_BINARY_DIR}/python_names.cc)
target_compile_definitions(duckdb_wrapper PUBLIC DUCKDB_V2_API_ALLOW_UNSTABLE=1)
target_compile_options(duckdb_wrapper PRIVATE -w)
target_link_libraries(duckdb_wrapper PUBLIC duckdb_library)

set(arrow_root ${FIRESTEEL_CACHE}/arrow-26.0.1)
add_library(arrow_library SHARED IMPORTED)
set_target_properties(arrow_library PROPERTIES
  IMPORTED_LOCATION ${arrow_root}/lib/libarrow.so.2600
  IMPORTED_SONAME libarrow.so.2600
  INTERFACE_INCLUDE_DIRECTORIES ${arrow_root}/include)

# Object stores; the headers are Arrow's.
set(arrow_s3_root ${FIRESTEEL_CACHE}/arrow-s3-26.0.1)
add_library(arrow_s3_library SHARED IMPORTED)
set_target_properties(arrow_s3_library PROPERTIES
  IMPORTED_LOCATION ${arrow_s3_root}/lib/libarrow_s3.so.2600
  IMPORTED_SONAME libarrow_s3.so.2600
  INTERFACE_LINK_LIBRARIES arrow_library)

# Parquet files of ML models and of object stores.
add_library(parquet_library SHARED IMPORTED)
set_target_properties(parquet_library PROPERTIES
  IMPORTED_LOCATION ${arrow_root}/lib/libparquet.so.2600
  IMPORTED_SONAME libparquet.so.2600
  INTERFACE_INCLUDE_DIRECTORIES ${arrow_root}/include
  INTERFACE_LINK_LIBRARIES arrow_library)

# Apache DataSketches: headers that only the files of src/functions/kernel/*_sketch.cc see (src/CMakeLists.txt).
set(datasketches_root ${FIRESTEEL_CACHE}/datasketches-4.1.0)

# XGBoost: not linked but loaded by name when the first of its models is asked for (src/ml/xgboost/library.cc).
set(xgboost_root ${FIRESTEEL_CACHE}/xgboost-3.2.0)
