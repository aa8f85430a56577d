// The words that Spark SQL's grammar gives a meaning. Words of Spark's keyword list that the parser
// never looks at are plain identifiers here, which the language allows.
// Source: docs/sql-ref-ansi-compliance (SQL keywords) of Spark 4.2.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace firesteel::sql {

enum class Keyword : uint16_t {
  kNone, kAdd, kAll, kAlter, kAnalyze, kAnd, kAnti, kAny, kAnyValue, kArray, kAs, kAsc, kAt,
  kAuthorization, kBegin, kBernoulli, kBetween, kBoth, kBucket, kBy, kCache, kCall, kCascade,
  kCase, kCast, kCatalog, kCatalogs, kCheck, kClear, kCluster, kCodegen, kCollate, kCollation,
  kCollations, kColumn, kColumns, kComment, kCommit, kConstraint, kCost, kCreate, kCross, kCube, kCurrent,
  kCurrentDatabase, kCurrentDate, kCurrentPath, kCurrentSchema, kCurrentTime, kCurrentTimestamp, kCurrentUser,
  kDatabase, kDatabases, kDate, kDateadd, kDatediff, kDateAdd, kDateDiff, kDay, kDayofyear, kDays,
  kDeclare, kDefault, kDelete, kDesc, kDescribe, kDirectory, kDistinct, kDistribute, kDiv, kDrop,
  kElse, kEnd, kEscape, kExcept, kExclude, kExecute, kExists, kExplain, kExtend, kExtended,
  kExtract, kFalse, kFetch, kFilter, kFirst, kFollowing, kFor, kForeign, kFormatted, kFrom, kFull,
  kFunction, kFunctions, kGlobal, kGrant, kGroup, kGrouping, kHaving, kHour, kHours, kIdentifier,
  kIf, kIgnore, kIlike, kImmediate, kIn, kInclude, kInner, kInsert, kIntersect, kInterval, kInto,
  kIs, kJoin, kLast, kLateral, kLazy, kLeading, kLeft, kLevel, kLike, kLimit, kList, kLoad,
  kLocal, kLock, kLogical, kMap, kMaterialized, kMax, kMerge, kMicrosecond, kMicroseconds,
  kMillisecond, kMilliseconds, kMinus, kMinute, kMinutes, kMonth, kMonths, kMsck, kName,
  kNamespace, kNamespaces, kNanosecond, kNanoseconds, kNatural, kNearest, kNot, kNull, kNulls,
  kOf, kOffset, kOn, kOnly, kOption, kOptions, kOr, kOrder, kOut, kOuter, kOver, kOverlaps,
  kOverlay, kOverwrite, kPartition, kPartitions, kPercent, kPivot, kPlacing, kPosition,
  kPreceding, kPrimary, kQualify, kQuarter, kQuery, kRange, kRecursion, kRecursive, kReduce,
  kReferences, kRefresh, kRename, kRepair, kRepeatable, kReplace, kReset, kRespect, kRevoke,
  kRight, kRlike, kRole, kRollback, kRollup, kRow, kRows, kSchema, kSchemas, kSecond, kSeconds,
  kSelect, kSemi, kSessionUser, kSet, kSets, kShow, kSome, kSort, kSql, kStart, kStatistics,
  kStruct, kSubstr, kSubstring, kSystem, kSystemTime, kSystemVersion, kTable, kTables,
  kTablesample, kTblproperties, kTemporary, kThen, kTime, kTimediff, kTimestamp, kTimestampadd,
  kTimestampdiff, kTimestampLtz, kTimestampNtz, kTo, kTrailing, kTransform, kTrim, kTrue,
  kTruncate, kTryCast, kType, kUnbounded, kUncache, kUnion, kUnique, kUnknown, kUnlock, kUnpivot,
  kUnset, kUpdate, kUse, kUser, kUsing, kValue, kValues, kVar, kVariable, kVersion, kView, kViews,
  kWatermark, kWeek, kWeeks, kWhen, kWhere, kWindow, kWith, kWithin, kYear, kYears, kZone,
};

// The keyword that an unquoted word spells in any case; kNone for other words.
Keyword find_keyword(std::string_view word);
// Words that cannot be a table alias although they may name columns.
bool is_strict_non_reserved(Keyword keyword);
// Words that are no identifiers under spark.sql.ansi.enforceReservedKeywords.
bool is_reserved(Keyword keyword);
// Every word of Spark's list, sorted, with those that the parser never looks at.
const std::vector<std::string_view>& all_keywords();

}  // namespace firesteel::sql
