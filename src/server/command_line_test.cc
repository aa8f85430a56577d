#include "server/command_line.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace firesteel::server {
namespace {

using Kind = Command::Kind;

std::string scratch_file(const std::string& name, const std::string& text) {
  const auto path = std::filesystem::path(testing::TempDir()) / name;
  std::ofstream(path) << text;
  return path.string();
}

TEST(CommandLine, ServeHasDefaults) {
  const Command command = parse_command_line({"serve"});
  ASSERT_EQ(command.kind, Kind::kServe);
  EXPECT_EQ(command.serve.bind_address, "127.0.0.1");
  EXPECT_EQ(command.serve.port, 15002);
  EXPECT_TRUE(command.serve.token.empty());
  EXPECT_GE(command.serve.threads, 1);
  EXPECT_GT(command.serve.memory_limit_bytes, 0);
  EXPECT_TRUE(command.serve.warehouse_folder.ends_with("/spark-warehouse"));
}

TEST(CommandLine, AnOptionWinsOverConfAndConfOverTheFile) {
  const std::string file = scratch_file("firesteel.conf",
                                        "spark.connect.grpc.binding.port 1\n"
                                        "spark.sql.ansi.enabled false\nspark.x file\n");
  const Command command = parse_command_line(
      {"serve", "--properties-file", file, "--conf", "spark.connect.grpc.binding.port=2", "--conf",
       "spark.x=a=b", "--memory-limit", "1GB", "--threads", "3"});
  ASSERT_EQ(command.kind, Kind::kServe) << command.output;
  EXPECT_EQ(command.serve.port, 2);
  EXPECT_EQ(command.serve.configuration.at("spark.x"), "a=b");
  EXPECT_EQ(command.serve.configuration.at("spark.sql.ansi.enabled"), "false");
  EXPECT_EQ(command.serve.memory_limit_bytes, int64_t{1} << 30);
  EXPECT_EQ(command.serve.threads, 3);
  EXPECT_EQ(parse_command_line({"serve", "--properties-file", file, "--port", "3"}).serve.port, 3);
}

TEST(CommandLine, ABindOutsideLoopbackNeedsATokenOrInsecure) {
  const Command refused = parse_command_line({"serve", "--bind", "0.0.0.0"});
  EXPECT_EQ(refused.kind, Kind::kExit);
  EXPECT_EQ(refused.exit_status, 2);
  EXPECT_NE(refused.output.find("--token-file"), std::string::npos) << refused.output;
  EXPECT_EQ(parse_command_line({"serve", "--bind", "0.0.0.0", "--insecure"}).kind, Kind::kServe);
  const std::string token = scratch_file("token", "secret\n");
  const Command with_token =
      parse_command_line({"serve", "--bind", "0.0.0.0", "--token-file", token});
  ASSERT_EQ(with_token.kind, Kind::kServe);
  EXPECT_EQ(with_token.serve.token, "secret");
}

TEST(CommandLine, WhatCannotBeMeantIsOneSentence) {
  const std::vector<std::vector<std::string>> wrong = {{"serve", "--port", "70000"},
                                                       {"serve", "--port", "x"},
                                                       {"serve", "--conf", "novalue"},
                                                       {"serve", "--memory-limit", "lots"},
                                                       {"serve", "--tls-cert", "/no/cert"},
                                                       {"serve", "--properties-file", "/no/such"},
                                                       {"serve", "--log-level", "loud"},
                                                       {"serve", "--unknown"},
                                                       {"dance"},
                                                       {}};
  for (const auto& arguments : wrong) {
    const Command command = parse_command_line(arguments);
    EXPECT_EQ(command.kind, Kind::kExit);
    EXPECT_EQ(command.exit_status, 2);
    EXPECT_FALSE(command.output.empty());
  }
}

TEST(CommandLine, HelpIsNoError) {
  const Command command = parse_command_line({"--help"});
  EXPECT_EQ(command.kind, Kind::kExit);
  EXPECT_EQ(command.exit_status, 0);
  EXPECT_NE(command.output.find("doctor"), std::string::npos);
  EXPECT_NE(parse_command_line({"serve", "--help"}).output.find("--memory-limit"),
            std::string::npos);
}

}  // namespace
}  // namespace firesteel::server
