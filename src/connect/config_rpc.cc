#include "connect/config_rpc.h"

#include "base/error.h"
#include "connect/decode.h"
#include "spark/connect/base.pb.h"

namespace firesteel::connect {

namespace proto = spark::connect;

namespace {

void add_pair(const std::string& key, const std::optional<std::string>& value, proto::ConfigResponse* response) {
  auto* pair = response->add_pairs();
  pair->set_key(key);
  if (value) pair->set_value(*value);
}

void set_values(const proto::ConfigRequest::Set& request, Config* config, proto::ConfigResponse* response) {
  for (const auto& pair : request.pairs()) {
    try {
      config->set(pair.key(), pair.value());
    } catch (const SparkError& error) {
      if (!request.silent()) throw;
      response->add_warnings(error.what());
    }
  }
}

}  // namespace

void answer_config(const proto::ConfigRequest::Operation& operation, Config* config,
                   proto::ConfigResponse* response) {
  using Operation = proto::ConfigRequest::Operation;
  switch (operation.op_type_case()) {
    case Operation::kSet:
      return set_values(operation.set(), config, response);
    case Operation::kGet:
      for (const std::string& key : operation.get().keys()) {
        // A key that Spark declares without a default is known, but has no value.
        const bool is_undefined = find_config_entry(key) != nullptr && !config->find(key);
        add_pair(key, is_undefined ? std::nullopt : std::optional(config->get(key)), response);
      }
      return;
    case Operation::kGetWithDefault:
      for (const auto& pair : operation.get_with_default().pairs()) {
        std::optional<std::string> fallback;
        if (pair.has_value()) fallback = pair.value();
        add_pair(pair.key(), config->get_or(pair.key(), fallback), response);
      }
      return;
    case Operation::kGetOption:
      for (const std::string& key : operation.get_option().keys()) add_pair(key, config->find(key), response);
      return;
    case Operation::kGetAll: {
      const std::string& prefix = operation.get_all().prefix();
      for (const auto& [key, value] : config->values()) {
        if (key.compare(0, prefix.size(), prefix) == 0) add_pair(key.substr(prefix.size()), value, response);
      }
      return;
    }
    case Operation::kUnset:
      for (const std::string& key : operation.unset().keys()) {
        config->unset(key);
        add_pair(key, std::nullopt, response);
      }
      return;
    case Operation::kIsModifiable:
      for (const std::string& key : operation.is_modifiable().keys()) {
        add_pair(key, Config::is_modifiable(key) ? "true" : "false", response);
      }
      return;
    case Operation::OP_TYPE_NOT_SET:
      throw_not_set(operation, "OPTYPE_NOT_SET");
  }
}

}  // namespace firesteel::connect
