# The generated Spark Connect protocol: target `protocol`, with every generated header precompiled.

set(protocol_descriptors ${FIRESTEEL_CACHE}/spark-connect-4.2.0/spark_connect.fds)
set(protocol_folder ${CMAKE_BINARY_DIR}/protocol)
set(protocol_files base catalog commands common expressions ml ml_common pipelines relations types)
find_program(PROTOC protoc REQUIRED)
find_program(GRPC_CPP_PLUGIN grpc_cpp_plugin REQUIRED)

set(protocol_inputs)
set(protocol_outputs ${protocol_folder}/spark/connect/base.grpc.pb.cc ${protocol_folder}/spark/connect/base.grpc.pb.h)
foreach(file ${protocol_files})
  list(APPEND protocol_inputs spark/connect/${file}.proto)
  list(APPEND protocol_outputs ${protocol_folder}/spark/connect/${file}.pb.cc ${protocol_folder}/spark/connect/${file}.pb.h)
endforeach()
file(MAKE_DIRECTORY ${protocol_folder})
add_custom_command(
  OUTPUT ${protocol_outputs}
  COMMAND ${PROTOC} --descriptor_set_in=${protocol_descriptors} --cpp_out=${protocol_folder} ${protocol_inputs}
  COMMAND ${PROTOC} --descriptor_set_in=${protocol_descriptors} --grpc_out=${protocol_folder}
          --plugin=protoc-gen-grpc=${GRPC_CPP_PLUGIN} spark/connect/base.proto
  DEPENDS ${protocol_descriptors}
  COMMENT "Generating the Spark Connect protocol")

add_library(protocol OBJECT ${protocol_outputs})
target_include_directories(protocol SYSTEM PUBLIC ${protocol_folder})
target_link_libraries(protocol PUBLIC PkgConfig::grpcpp protobuf::libprotobuf)
target_compile_options(protocol PRIVATE -w)
if(CMAKE_CXX_FLAGS MATCHES "-fsanitize=")
  # Generated code is not ours to check, and a third of the time of a build with sanitizers.
  target_compile_options(protocol PRIVATE -fno-sanitize=all)
endif()
target_precompile_headers(protocol PRIVATE <spark/connect/base.grpc.pb.h> <spark/connect/base.pb.h>)
