#include "storage/object_store.h"

#include <algorithm>
#include <arrow/filesystem/filesystem.h>
#include <arrow/filesystem/s3fs.h>
#include <chrono>
#include <mutex>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace firesteel::storage {
namespace {

using ::arrow::fs::FileSystem;
using ::arrow::fs::S3CredentialsKind;
using ::arrow::fs::S3FileSystem;
using ::arrow::fs::S3Options;
using ::arrow::fs::S3RetryStrategy;

constexpr std::string_view kSchemes[] = {"s3a://", "s3://"};
// Hadoop's own default of fs.s3a.attempts.maximum.
constexpr int64_t kAttempts = 5;
constexpr double kConnectSeconds = 5;

size_t scheme_length(std::string_view path) {
  for (const std::string_view scheme : kSchemes) {
    if (path.starts_with(scheme)) return scheme.size();
  }
  return 0;
}

std::string bucket_of(std::string_view path) {
  path.remove_prefix(scheme_length(path));
  return std::string(path.substr(0, path.find('/')));
}

// The keys of one bucket, as org.apache.hadoop.fs.s3a.S3AUtils.propagateBucketOptions finds them.
class BucketSettings {
 public:
  BucketSettings(std::string bucket, const StoreSettings& settings) : bucket_(std::move(bucket)), settings_(settings) {}

  std::optional<std::string> find(const std::string& name) const {
    if (auto own = settings_("fs.s3a.bucket." + bucket_ + "." + name)) return own;
    return settings_("fs.s3a." + name);
  }
  std::string get(const std::string& name) const { return find(name).value_or(""); }
  bool flag(const std::string& name, bool fallback) const {
    const auto text = find(name);
    return text ? lower_case(*text) == "true" : fallback;
  }

 private:
  const std::string bucket_;
  const StoreSettings& settings_;
};

void configure_endpoint(const BucketSettings& settings, S3Options& options) {
  std::string endpoint = settings.get("endpoint");
  options.scheme = settings.flag("connection.ssl.enabled", true) ? "https" : "http";
  if (const auto end = endpoint.find("://"); end != std::string::npos) {
    options.scheme = endpoint.substr(0, end);
    endpoint.erase(0, end + 3);
  }
  while (endpoint.ends_with('/')) endpoint.pop_back();
  options.endpoint_override = endpoint;
  options.region = settings.get("endpoint.region");
  if (options.region.empty() && !endpoint.empty()) options.region = "us-east-1";
  options.force_virtual_addressing = !endpoint.empty() && !settings.flag("path.style.access", false) &&
                                     settings.find("path.style.access").has_value();
}

// The classes of fs.s3a.aws.credentials.provider, by the last part of their names.
void configure_credentials(const BucketSettings& settings, S3Options& options) {
  const std::string access_key = settings.get("access.key");
  const std::string secret_key = settings.get("secret.key");
  const std::string token = settings.get("session.token");
  std::string providers = settings.get("aws.credentials.provider");
  if (providers.empty()) providers = access_key.empty() ? "DefaultCredentialsProvider" : "SimpleAWSCredentialsProvider";
  std::string unknown;
  for (size_t at = 0; at < providers.size();) {
    const size_t end = std::min(providers.find(',', at), providers.size());
    std::string name = providers.substr(at, end - at);
    at = end + 1;
    name.erase(std::remove_if(name.begin(), name.end(), [](unsigned char c) { return std::isspace(c); }), name.end());
    name.erase(0, name.find_last_of(".$") + 1);
    if (name == "AnonymousAWSCredentialsProvider" || name == "AnonymousCredentialsProvider") {
      return options.ConfigureAnonymousCredentials();
    }
    if (name == "SimpleAWSCredentialsProvider" || name == "TemporaryAWSCredentialsProvider") {
      const bool is_temporary = name.starts_with("Temporary");
      if (access_key.empty() || secret_key.empty() || (is_temporary && token.empty())) continue;
      return options.ConfigureAccessKey(access_key, secret_key, is_temporary ? token : "");
    }
    if (name == "AssumedRoleCredentialProvider") {
      return options.ConfigureAssumeRoleCredentials(settings.get("assumed.role.arn"),
                                                    settings.get("assumed.role.session.name"));
    }
    if (name == "WebIdentityTokenFileCredentialsProvider" || name == "WebIdentityTokenCredentialsProvider") {
      return options.ConfigureAssumeRoleWithWebIdentityCredentials();
    }
    static const std::vector<std::string> defaults = {
        "DefaultCredentialsProvider", "DefaultAWSCredentialsProviderChain", "EnvironmentVariableCredentialsProvider",
        "IAMInstanceCredentialsProvider", "InstanceProfileCredentialsProvider", "ProfileCredentialsProvider",
        "ContainerCredentialsProvider"};
    if (std::find(defaults.begin(), defaults.end(), name) != defaults.end()) return options.ConfigureDefaultCredentials();
    unknown = name;
  }
  if (!unknown.empty()) throw_unsupported("OPTION", "fs.s3a.aws.credentials.provider=" + unknown);
  throw SparkError("FIRESTEEL_ACCESS_DENIED",
                   {{"path", "the object store"}, {"reason", "no credentials are provided by " + providers}});
}

void configure_proxy(const BucketSettings& settings, S3Options& options) {
  options.proxy_options.host = settings.get("proxy.host");
  if (options.proxy_options.host.empty()) return;
  options.proxy_options.scheme = settings.flag("proxy.ssl.enabled", false) ? "https" : "http";
  options.proxy_options.port = std::stoi(settings.find("proxy.port").value_or("80"));
  options.proxy_options.username = settings.get("proxy.username");
  options.proxy_options.password = settings.get("proxy.password");
}

std::shared_ptr<FileSystem> make_store(const std::string& path, const S3Options& options) {
  static std::mutex mutex;
  static std::vector<std::shared_ptr<S3FileSystem>> stores;
  const std::lock_guard lock(mutex);
  for (const auto& store : stores) {
    if (store->options().Equals(options)) return store;
  }
  auto made = S3FileSystem::Make(options);
  if (!made.ok()) throw_store_error(made.status(), path);
  // Sessions with keys of their own come and go: the oldest stores are let go.
  constexpr size_t kStoresMax = 64;
  if (stores.size() == kStoresMax) stores.erase(stores.begin());
  stores.push_back(*made);
  return *made;
}

void require_library() {
  static std::once_flag once;
  std::call_once(once, [] {
    auto options = ::arrow::fs::S3GlobalOptions::Defaults();
    options.log_level = ::arrow::fs::S3LogLevel::Fatal;
    options.install_sigpipe_handler = true;
    const auto status = ::arrow::fs::InitializeS3(options);
    if (!status.ok()) throw_internal("S3: " + status.ToString());
  });
}

int64_t milliseconds(::arrow::fs::TimePoint time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

}  // namespace

bool is_object_path(std::string_view path) { return scheme_length(path) > 0; }

StoreSettings store_settings(const std::map<std::string, std::string>& options,
                             std::function<std::optional<std::string>(std::string_view key)> configuration) {
  std::map<std::string, std::string> own;
  for (const auto& [key, value] : options) own[lower_case(key)] = value;
  return [own = std::move(own), configuration = std::move(configuration)](
             std::string_view key) -> std::optional<std::string> {
    if (const auto found = own.find(lower_case(key)); found != own.end()) return found->second;
    if (!configuration) return std::nullopt;
    if (auto value = configuration(key)) return value;
    return configuration("spark.hadoop." + std::string(key));
  };
}

std::string store_key(std::string_view path) {
  path.remove_prefix(scheme_length(path));
  std::string key;
  for (const char c : path) {  // slashes that follow each other are one, as in Hadoop's paths
    if (c != '/' || !key.ends_with('/')) key += c;
  }
  while (key.ends_with('/')) key.pop_back();
  return key;
}

std::string store_root(std::string_view path) {
  return std::string(path.substr(0, scheme_length(path))) + bucket_of(path);
}

std::shared_ptr<FileSystem> object_store(const std::string& path, const StoreSettings& settings) {
  const std::string bucket = bucket_of(path);
  if (bucket.empty()) throw SparkError("FIRESTEEL_INPUT_OUTPUT", {{"reason", path + " names no bucket"}});
  require_library();
  const BucketSettings of_bucket(bucket, settings);
  S3Options options;
  configure_endpoint(of_bucket, options);
  configure_credentials(of_bucket, options);
  configure_proxy(of_bucket, options);
  options.connect_timeout = kConnectSeconds;
  const auto attempts = of_bucket.find("attempts.maximum");
  options.retry_strategy = S3RetryStrategy::GetAwsStandardRetryStrategy(attempts ? std::stoll(*attempts) : kAttempts);
  if (options.credentials_kind != S3CredentialsKind::Anonymous && options.GetAccessKey().empty()) {
    throw SparkError("FIRESTEEL_ACCESS_DENIED",
                     {{"path", path},
                      {"reason", "no credentials: set fs.s3a.access.key and fs.s3a.secret.key, AWS's environment "
                                 "variables, or an fs.s3a.aws.credentials.provider"}});
  }
  return make_store(path, options);
}

void throw_store_error(const ::arrow::Status& status, const std::string& path) {
  const std::string& text = status.message();
  const auto says = [&](std::string_view part) { return text.find(part) != std::string::npos; };
  if (says("NO_SUCH_BUCKET") || says("NoSuchBucket")) throw SparkError("PATH_NOT_FOUND", {{"path", store_root(path)}});
  if (says("NO_SUCH_KEY") || says("NoSuchKey")) throw SparkError("FAILED_READ_FILE.FILE_NOT_EXIST", {{"path", path}});
  for (const char* refusal : {"ACCESS_DENIED", "INVALID_ACCESS_KEY_ID", "SIGNATURE_DOES_NOT_MATCH", "InvalidAccessKeyId",
                              "SignatureDoesNotMatch", "HTTP status 403", "HTTP status 401", "INVALID_CLIENT_TOKEN_ID"}) {
    if (says(refusal)) throw SparkError("FIRESTEEL_ACCESS_DENIED", {{"path", path}, {"reason", text}});
  }
  throw SparkError("FIRESTEEL_INPUT_OUTPUT", {{"reason", path + ": " + text}});
}

StoredObjects list_objects(const std::string& path, const StoreSettings& settings) {
  const auto store = object_store(path, settings);
  const std::string scheme(path.substr(0, scheme_length(path)));
  auto info = store->GetFileInfo(store_key(path));
  if (!info.ok()) throw_store_error(info.status(), path);
  StoredObjects found;
  const auto add = [&](const ::arrow::fs::FileInfo& object) {
    found.objects.push_back({scheme + object.path(), object.size(), milliseconds(object.mtime())});
  };
  if (info->type() == ::arrow::fs::FileType::NotFound) return found;
  found.exists = true;
  if (info->IsFile()) {
    add(*info);
    return found;
  }
  found.is_folder = true;
  ::arrow::fs::FileSelector selector;
  selector.base_dir = store_key(path);
  selector.recursive = true;
  auto infos = store->GetFileInfo(selector);
  if (!infos.ok()) throw_store_error(infos.status(), path);
  for (const auto& object : *infos) {
    if (object.IsFile()) add(object);
  }
  return found;
}

bool object_exists(const std::string& path, const StoreSettings& settings) {
  auto info = object_store(path, settings)->GetFileInfo(store_key(path));
  if (!info.ok()) throw_store_error(info.status(), path);
  return info->type() != ::arrow::fs::FileType::NotFound;
}

void close_object_stores() {
  if (::arrow::fs::IsS3Initialized()) (void)::arrow::fs::EnsureS3Finalized();
}

}  // namespace firesteel::storage
