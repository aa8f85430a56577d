#include "functions/kernel/legacy_zone_names.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/text.h"
#include "functions/kernel/zone_names.h"

namespace firesteel::functions::kernel {

namespace {

// id|standard long|short|daylight long|short|without season long|short: the rows of DateFormatSymbols.getZoneStrings() of JDK 17 in
// its order, for each zone that is the first one with one of its names.
constexpr std::string_view kZoneStrings[] = {
    // clang-format off
    "America/Los_Angeles|Pacific Standard Time|PST|Pacific Daylight Time|PDT|Pacific Time|PT",
    "America/Denver|Mountain Standard Time|MST|Mountain Daylight Time|MDT|Mountain Time|MT",
    "America/Chicago|Central Standard Time|CST|Central Daylight Time|CDT|Central Time|CT",
    "America/New_York|Eastern Standard Time|EST|Eastern Daylight Time|EDT|Eastern Time|ET",
    "Pacific/Honolulu|Hawaii-Aleutian Standard Time|HST|Hawaii-Aleutian Daylight Time|HDT|Hawaii-Aleutian Time|HST",
    "America/Anchorage|Alaska Standard Time|AKST|Alaska Daylight Time|AKDT|Alaska Time|AKT",
    "America/Halifax|Atlantic Standard Time|AST|Atlantic Daylight Time|ADT|Atlantic Time|AT",
    "America/St_Johns|Newfoundland Standard Time|NST|Newfoundland Daylight Time|NDT|Newfoundland Time|NT",
    "Europe/Paris|Central European Standard Time|CET|Central European Summer Time|CEST|Central European Time|CET",
    "GMT|Greenwich Mean Time|GMT|Greenwich Mean Time|GMT|Greenwich Mean Time|GMT",
    "Asia/Jerusalem|Israel Standard Time|IST|Israel Daylight Time|IDT|Israel Time|IT",
    "Asia/Tokyo|Japan Standard Time|JST|Japan Daylight Time|JDT|Japan Time|JT",
    "Europe/Bucharest|Eastern European Standard Time|EET|Eastern European Summer Time|EEST|Eastern European Time|EET",
    "Asia/Shanghai|China Standard Time|CST|China Daylight Time|CDT|China Time|CT",
    "UTC|Coordinated Universal Time|UTC|Coordinated Universal Time|UTC|Coordinated Universal Time|UTC",
    "ACT|Australian Central Standard Time|ACST|Australian Central Daylight Time|ACDT|Central Australia Time|ACT",
    "AET|Australian Eastern Standard Time|AEST|Australian Eastern Daylight Time|AEDT|Eastern Australia Time|AET",
    "BET|Brasilia Standard Time|BRT|Brasilia Summer Time|BRST|Brasilia Time|BRT",
    "BST|Bangladesh Standard Time|BDT|Bangladesh Summer Time|BDST|Bangladesh Time|BDT",
    "CAT|Central Africa Time|CAT|Central African Summer Time|CAST|Central Africa Time|CAT",
    "EAT|East Africa Time|EAT|Eastern African Summer Time|EAST|Eastern Africa Time|EAT",
    "MIT|Apia Standard Time|WSST|Apia Daylight Time|WSDT|Apia Time|WST",
    "NET|Armenia Standard Time|AMT|Armenia Summer Time|AMST|Armenia Time|AMT",
    "NST|New Zealand Standard Time|NZST|New Zealand Daylight Time|NZDT|New Zealand Time|NZT",
    "PLT|Pakistan Standard Time|PKT|Pakistan Summer Time|PKST|Pakistan Time|PKT",
    "SST|Solomon Islands Time|SBT|Solomon Is. Summer Time|SBST|Solomon Is. Time|SBT",
    "Etc/GMT|Greenwich Mean Time|GMT|Greenwich Mean Time|GMT|Greenwich Mean Time|GMT",
    "Asia/Aden|Arabian Standard Time|AST|Arabian Daylight Time|ADT|Arabian Time|AT",
    "Asia/Baku|Azerbaijan Standard Time|AZT|Azerbaijan Summer Time|AZST|Azerbaijan Time|AZT",
    "Asia/Dili|East Timor Time|TLT|Timor-Leste Summer Time|TLST|Timor-Leste Time|TLT",
    "Asia/Hovd|Hovd Standard Time|HOVT|Hovd Summer Time|HOVST|Hovd Time|HOVT",
    "Asia/Omsk|Omsk Standard Time|OMST|Omsk Summer Time|OMSST|Omsk Time|OMST",
    "Asia/Oral|West Kazakhstan Time|ORAT|Oral Summer Time|ORAST|Oral Time|ORAT",
    "Asia/Aqtau|West Kazakhstan Time|AQTT|Aqtau Summer Time|AQTST|Aqtau Time|AQTT",
    "Asia/Chita|Yakutsk Standard Time|YAKT|Yakutsk Summer Time|YAKST|Yakutsk Time|YAKT",
    "Asia/Dubai|Gulf Standard Time|GST|Gulf Daylight Time|GDT|Gulf Time|GT",
    "Asia/Kabul|Afghanistan Time|AFT|Afghanistan Summer Time|AFST|Afghanistan Time|AFT",
    "Asia/Seoul|Korean Standard Time|KST|Korean Daylight Time|KDT|Korean Time|KT",
    "Asia/Almaty|East Kazakhstan Time|ALMT|Alma-Ata Summer Time|ALMST|Alma-Ata Time|ALMT",
    "Asia/Anadyr|Anadyr Standard Time|ANAT|Anadyr Summer Time|ANAST|Anadyr Time|ANAT",
    "Asia/Aqtobe|West Kazakhstan Time|AQTT|Aqtobe Summer Time|AQTST|Aqtobe Time|AQTT",
    "Asia/Atyrau|West Kazakhstan Time|GMT+05:00|Atyrau Daylight Time|GMT+05:00|Atyrau Time|GMT+05:00",
    "Asia/Brunei|Brunei Darussalam Time|BNT|Brunei Summer Time|BNST|Brunei Time|BNT",
    "Asia/Manila|Philippine Standard Time|PST|Philippine Summer Time|PDT|Philippine Time|PT",
    "Asia/Saigon|Indochina Time|ICT|Indochina Summer Time|ICST|Indochina Time|ICT",
    "Asia/Taipei|Taipei Standard Time|CST|Taipei Daylight Time|CDT|Taipei Time|CT",
    "Asia/Tehran|Iran Standard Time|IRST|Iran Daylight Time|IRDT|Iran Time|IRT",
    "Indian/Mahe|Seychelles Time|SCT|Seychelles Summer Time|SCST|Seychelles Time|SCT",
    "Pacific/Yap|Chuuk Time|CHUT|Chuuk Summer Time|CHUST|Chuuk Time|CHUT",
    "Africa/Accra|Greenwich Mean Time|GMT|Ghana Summer Time|GHST|Ghana Mean Time|GMT",
    "Africa/Lagos|West Africa Standard Time|WAT|West Africa Summer Time|WAST|West Africa Time|WAT",
    "America/Adak|Hawaii-Aleutian Standard Time|HAST|Hawaii-Aleutian Daylight Time|HADT|Hawaii-Aleutian Time|HAT",
    "America/Lima|Peru Standard Time|PET|Peru Summer Time|PEST|Peru Time|PET",
    "Asia/Bishkek|Kyrgyzstan Time|KGT|Kirgizstan Summer Time|KGST|Kirgizstan Time|KGT",
    "Asia/Colombo|India Standard Time|IST|India Daylight Time|IDT|India Time|IT",
    "Asia/Irkutsk|Irkutsk Standard Time|IRKT|Irkutsk Summer Time|IRKST|Irkutsk Time|IRKT",
    "Asia/Jakarta|Western Indonesia Time|WIB|West Indonesia Summer Time|WIST|West Indonesia Time|WIB",
    "Asia/Kuching|Malaysia Time|MYT|Malaysia Summer Time|MYST|Malaysia Time|MYT",
    "Asia/Magadan|Magadan Standard Time|MAGT|Magadan Summer Time|MAGST|Magadan Time|MAGT",
    "Asia/Rangoon|Myanmar Time|MMT|Myanmar Summer Time|MMST|Myanmar Time|MMT",
    "Asia/Tbilisi|Georgia Standard Time|GET|Georgia Summer Time|GEST|Georgia Time|GET",
    "Asia/Thimphu|Bhutan Time|BTT|Bhutan Summer Time|BTST|Bhutan Time|BTT",
    "Europe/Minsk|Moscow Standard Time|MSK|Moscow Summer Time|MSD|Moscow Time|MT",
    "Indian/Cocos|Cocos Islands Time|CCT|Cocos Islands Summer Time|CCST|Cocos Islands Time|CCT",
    "Pacific/Fiji|Fiji Standard Time|FJT|Fiji Summer Time|FJST|Fiji Time|FJT",
    "Pacific/Guam|Chamorro Standard Time|ChST|Chamorro Daylight Time|ChDT|Chamorro Time|ChT",
    "Pacific/Niue|Niue Time|NUT|Niue Summer Time|NUST|Niue Time|NUT",
    "Pacific/Wake|Wake Island Time|WAKT|Wake Summer Time|WAKST|Wake Time|WAKT",
    "SystemV/PST8|Pitcairn Time|PST|Pitcairn Time|PST|Pitcairn Time|PST",
    "SystemV/YST9|Gambier Time|AKST|Gambier Time|AKST|Gambier Time|AKST",
    "Africa/Maseru|South Africa Standard Time|SAST|South Africa Summer Time|SAST|South Africa Time|SAT",
    "America/Jujuy|Argentina Standard Time|ART|Argentina Summer Time|ARST|Argentina Time|ART",
    "Asia/Ashgabat|Turkmenistan Standard Time|TMT|Turkmenistan Summer Time|TMST|Turkmenistan Time|TMT",
    "Asia/Dushanbe|Tajikistan Time|TJT|Tajikistan Summer Time|TJST|Tajikistan Time|TJT",
    "Asia/Jayapura|Eastern Indonesia Time|WIT|East Indonesia Summer Time|EIST|East Indonesia Time|WIT",
    "Asia/Katmandu|Nepal Time|NPT|Nepal Summer Time|NPST|Nepal Time|NPT",
    "Asia/Makassar|Central Indonesia Time|WITA|Central Indonesia Summer Time|CIST|Central Indonesia Time|WITA",
    "Asia/Qostanay|East Kazakhstan Time|QOST|Kostanay Summer Time|QOSST|Kostanay Time|QOST",
    "Asia/Sakhalin|Sakhalin Standard Time|SAKT|Sakhalin Summer Time|SAKST|Sakhalin Time|SAKT",
    "Asia/Tashkent|Uzbekistan Standard Time|UZT|Uzbekistan Summer Time|UZST|Uzbekistan Time|UZT",
    "Asia/Ust-Nera|Vladivostok Standard Time|VLAT|Vladivostok Summer Time|VLAST|Vladivostok Time|VLAT",
    "Europe/Dublin|Greenwich Mean Time|GMT|Irish Standard Time|IST|Irish Time|IT",
    "Europe/Jersey|Greenwich Mean Time|GMT|British Summer Time|BST|British Time|BT",
    "Europe/Lisbon|Western European Standard Time|WET|Western European Summer Time|WEST|Western European Time|WET",
    "Europe/Samara|Samara Standard Time|SAMT|Samara Summer Time|SAMST|Samara Time|SAMT",
    "Indian/Chagos|Indian Ocean Time|IOT|Indian Ocean Territory Summer Time|IOST|Indian Ocean Territory Time|IOT",
    "Pacific/Efate|Vanuatu Standard Time|VUT|Vanuatu Summer Time|VUST|Vanuatu Time|VUT",
    "Pacific/Nauru|Nauru Time|NRT|Nauru Summer Time|NRST|Nauru Time|NRT",
    "Pacific/Palau|Palau Time|PWT|Palau Summer Time|PWST|Palau Time|PWT",
    "America/Bogota|Colombia Standard Time|COT|Colombia Summer Time|COST|Colombia Time|COT",
    "America/Cuiaba|Amazon Standard Time|AMT|Amazon Summer Time|AMST|Amazon Time|AMT",
    "America/Guyana|Guyana Time|GYT|Guyana Summer Time|GYST|Guyana Time|GYT",
    "America/Havana|Cuba Standard Time|CST|Cuba Daylight Time|CDT|Cuba Time|CT",
    "America/La_Paz|Bolivia Time|BOT|Bolivia Summer Time|BOST|Bolivia Time|BOT",
    "Asia/Hong_Kong|Hong Kong Standard Time|HKT|Hong Kong Summer Time|HKST|Hong Kong Time|HKT",
    "Asia/Kamchatka|Petropavlovsk-Kamchatski Standard Time|PETT|Petropavlovsk-Kamchatski Summer Time|PETST|Petropavlovsk-Kamchatski Time|PETT",
    "Asia/Qyzylorda|West Kazakhstan Time|QYZT|Qyzylorda Summer Time|QYZST|Qyzylorda Time|QYZT",
    "Asia/Singapore|Singapore Standard Time|SGT|Singapore Summer Time|SGST|Singapore Time|SGT",
    "Indian/Reunion|Réunion Time|RET|Reunion Summer Time|REST|Reunion Time|RET",
    "Pacific/Easter|Easter Island Standard Time|EAST|Easter Island Summer Time|EASST|Easter Island Time|EAST",
    "Pacific/Kosrae|Kosrae Time|KOST|Kosrae Summer Time|KOSST|Kosrae Time|KOST",
    "Pacific/Majuro|Marshall Islands Time|MHT|Marshall Islands Summer Time|MHST|Marshall Islands Time|MHT",
    "Pacific/Midway|Samoa Standard Time|SST|Samoa Daylight Time|SDT|Samoa Time|ST",
    "Pacific/Noumea|New Caledonia Standard Time|NCT|New Caledonia Summer Time|NCST|New Caledonia Time|NCT",
    "Pacific/Ponape|Ponape Time|PONT|Pohnpei Summer Time|PONST|Ponape Time|PONT",
    "Pacific/Tahiti|Tahiti Time|TAHT|Tahiti Summer Time|TAHST|Tahiti Time|TAHT",
    "Pacific/Tarawa|Gilbert Islands Time|GILT|Gilbert Is. Summer Time|GILST|Gilbert Is. Time|GILT",
    "Pacific/Wallis|Wallis & Futuna Time|WFT|Wallis & Futuna Summer Time|WFST|Wallis & Futuna Time|WFT",
    "Africa/Windhoek|Central Africa Time|CAT|Western African Time|WAT|Central African Time|CAT",
    "America/Caracas|Venezuela Time|VET|Venezuela Summer Time|VEST|Venezuela Time|VET",
    "America/Cayenne|French Guiana Time|GFT|French Guiana Summer Time|GFST|French Guiana Time|GFT",
    "America/Godthab|West Greenland Standard Time|WGT|West Greenland Summer Time|WGST|West Greenland Time|WGT",
    "America/Noronha|Fernando de Noronha Standard Time|FNT|Fernando de Noronha Summer Time|FNST|Fernando de Noronha Time|FNT",
    "Asia/Choibalsan|Ulaanbaatar Standard Time|CHOT|Ulaanbaatar Summer Time|CHOST|Ulaanbaatar Time|CHOT",
    "Atlantic/Azores|Azores Standard Time|AZOT|Azores Summer Time|AZOST|Azores Time|AZOT",
    "Australia/Eucla|Australian Central Western Standard Time|ACWST|Australian Central Western Daylight Time|ACWDT|"
    "Australian Central Western Time|ACWT",
    "Australia/Perth|Australian Western Standard Time|AWST|Australian Western Daylight Time|AWDT|Western Australia Time|AWT",
    "Indian/Maldives|Maldives Time|MVT|Maldives Summer Time|MVST|Maldives Time|MVT",
    "Pacific/Chatham|Chatham Standard Time|CHAST|Chatham Daylight Time|CHADT|Chatham Time|CHAT",
    "Pacific/Fakaofo|Tokelau Time|TKT|Tokelau Summer Time|TKST|Tokelau Time|TKT",
    "Pacific/Gambier|Gambier Time|GAMT|Gambier Summer Time|GAMST|Gambier Time|GAMT",
    "Pacific/Norfolk|Norfolk Island Standard Time|NFT|Norfolk Island Daylight Time|NFST|Norfolk Island Time|NFT",
    "America/Asuncion|Paraguay Standard Time|PYT|Paraguay Summer Time|PYST|Paraguay Time|PYT",
    "America/Eirunepe|Acre Standard Time|ACT|Acre Summer Time|ACST|Acre Time|ACT",
    "America/Mazatlan|Mexican Pacific Standard Time|MST|Mexican Pacific Daylight Time|MDT|Mexican Pacific Time|MT",
    "America/Miquelon|St. Pierre & Miquelon Standard Time|PMST|St. Pierre & Miquelon Daylight Time|PMDT|St. Pierre & Miquelon Time|PMT",
    "America/Santiago|Chile Standard Time|CLT|Chile Summer Time|CLST|Chile Time|CLT",
    "Antarctica/Casey|Casey Time|AWST|Australian Western Daylight Time|AWDT|Australian Western Time|AWT",
    "Antarctica/Davis|Davis Time|DAVT|Davis Summer Time|DAVST|Davis Time|DAVT",
    "Antarctica/Syowa|Syowa Time|SYOT|Syowa Summer Time|SYOST|Syowa Time|SYOT",
    "Antarctica/Troll|Greenwich Mean Time|GMT|Central European Summer Time|CEST|Troll Time|ATT",
    "Asia/Krasnoyarsk|Krasnoyarsk Standard Time|KRAT|Krasnoyarsk Summer Time|KRAST|Krasnoyarsk Time|KRAT",
    "Asia/Novosibirsk|Novosibirsk Standard Time|NOVT|Novosibirsk Summer Time|NOVST|Novosibirsk Time|NOVT",
    "Asia/Ulaanbaatar|Ulaanbaatar Standard Time|ULAT|Ulaanbaatar Summer Time|ULAST|Ulaanbaatar Time|ULAT",
    "Atlantic/Stanley|Falkland Islands Standard Time|FKT|Falkland Islands Summer Time|FKST|Falkland Islands Time|FKT",
    "Europe/Volgograd|Volgograd Standard Time|MSK|Volgograd Summer Time|MSD|Volgograd Time|MT",
    "Indian/Christmas|Christmas Island Time|CXT|Christmas Island Summer Time|CXST|Christmas Island Time|CIT",
    "Indian/Kerguelen|French Southern & Antarctic Time|TFT|French Southern & Antarctic Lands Summer Time|TFST|"
    "French Southern & Antarctic Lands Time|TFT",
    "Indian/Mauritius|Mauritius Standard Time|MUT|Mauritius Summer Time|MUST|Mauritius Time|MUT",
    "Pacific/Funafuti|Tuvalu Time|TVT|Tuvalu Summer Time|TVST|Tuvalu Time|TVT",
    "Pacific/Pitcairn|Pitcairn Time|PST|Pitcairn Daylight Time|PDT|Pitcairn Time|PT",
    "America/Guayaquil|Ecuador Time|ECT|Ecuador Summer Time|ECST|Ecuador Time|ECT",
    "Antarctica/Mawson|Mawson Time|MAWT|Mawson Summer Time|MAWST|Mawson Time|MAWT",
    "Antarctica/Vostok|Vostok Time|VOST|Vostok Summer Time|VOSST|Vostok Time|VOST",
    "Pacific/Enderbury|Phoenix Islands Time|PHOT|Phoenix Is. Summer Time|PHOST|Phoenix Is. Time|PHOT",
    "Pacific/Galapagos|Galapagos Time|GALT|Galapagos Summer Time|GALST|Galapagos Time|GALT",
    "Pacific/Marquesas|Marquesas Time|MART|Marquesas Summer Time|MARST|Marquesas Time|MART",
    "Pacific/Rarotonga|Cook Islands Standard Time|CKT|Cook Islands Half Summer Time|CKHST|Cook Islands Time|CKT",
    "Pacific/Tongatapu|Tonga Standard Time|TOT|Tonga Summer Time|TOST|Tonga Time|TOT",
    "America/Montevideo|Uruguay Standard Time|UYT|Uruguay Summer Time|UYST|Uruguay Time|UYT",
    "America/Paramaribo|Suriname Time|SRT|Suriname Summer Time|SRST|Suriname Time|SRT",
    "Antarctica/Rothera|Rothera Time|ROTT|Rothera Summer Time|ROTST|Rothera Time|ROTT",
    "Asia/Yekaterinburg|Yekaterinburg Standard Time|YEKT|Yekaterinburg Summer Time|YEKST|Yekaterinburg Time|YEKT",
    "Pacific/Kiritimati|Line Islands Time|LINT|Line Is. Summer Time|LINST|Line Is. Time|LINT",
    "Atlantic/Cape_Verde|Cape Verde Standard Time|CVT|Cape Verde Summer Time|CVST|Cape Verde Time|CVT",
    "Australia/Lord_Howe|Lord Howe Standard Time|LHST|Lord Howe Daylight Time|LHDT|Lord Howe Time|LHT",
    "America/Santa_Isabel|Northwest Mexico Standard Time|PST|Northwest Mexico Daylight Time|PDT|Northwest Mexico Time|PT",
    "America/Scoresbysund|East Greenland Standard Time|EGT|East Greenland Summer Time|EGST|East Greenland Time|EGT",
    "Pacific/Port_Moresby|Papua New Guinea Time|PGT|Papua New Guinea Summer Time|PGST|Papua New Guinea Time|PGT",
    "Atlantic/South_Georgia|South Georgia Time|GST|South Georgia Daylight Time|GDT|South Georgia Time|GT",
    "Antarctica/DumontDUrville|Dumont-d’Urville Time|DDUT|Dumont-d'Urville Summer Time|DDUST|Dumont-d'Urville Time|DDUT",
    "Asia/Kashgar|Xinjiang Standard Time|XJT|Xinjiang Daylight Time|XJDT|Xinjiang Time|XJT",
    "Europe/Istanbul|Turkey Time|TRT|Turkey Summer Time|TRST|Turkey Time|TRT",
    "Asia/Tomsk|Tomsk Standard Time|GMT+07:00|Tomsk Daylight Time|GMT+07:00|Tomsk Time|GMT+07:00",
    "HST|Hawaii Standard Time|HST|Hawaii Standard Time|HST|Hawaii Standard Time|HST",
    "Europe/Saratov|Saratov Standard Time|GMT+04:00|Saratov Standard Time|GMT+04:00|Saratov Time|GMT+04:00",
    "AGT|Argentine Time|ART|Argentine Summer Time|ARST|Argentine Time|ART",
    "Pacific/Bougainville|Bougainville Standard Time|BST|Bougainville Daylight Time|BST|Bougainville Time|BT",
    "Asia/Barnaul|Barnaul Standard Time|GMT+07:00|Barnaul Daylight Time|GMT+07:00|Barnaul Time|GMT+07:00",
    "MET|Middle Europe Time|MET|Middle Europe Summer Time|MEST|Middle Europe Time|MET",
    "America/Punta_Arenas|Punta Arenas Standard Time|GMT-03:00|Punta Arenas Standard Time|GMT-03:00|Punta Arenas Time|GMT-03:00",
    "Europe/Kirov|Moscow Standard Time|MSK|Moscow Daylight Time|MSD|Moscow Time|MT",
    "Pacific/Kanton|Kanton Standard Time|GMT+13:00|Kanton Daylight Time|GMT+13:00|Kanton Time|GMT+13:00",
    "Europe/Astrakhan|Astrakhan Standard Time|GMT+04:00|Astrakhan Standard Time|GMT+04:00|Astrakhan Time|GMT+04:00",
    "Europe/Ulyanovsk|Ulyanovsk Standard Time|GMT+04:00|Ulyanovsk Standard Time|GMT+04:00|Ulyanovsk Time|GMT+04:00",
    "Asia/Srednekolymsk|Srednekolymsk Time|SRET|Srednekolymsk Daylight Time|SREDT|Srednekolymsk Time|SRET",
    // clang-format on
};

constexpr size_t kSimpleNames = 4;
constexpr size_t kNames = 6;

struct ZoneStrings {
  std::string_view id;
  std::array<std::string_view, kNames> names;
};

const std::vector<ZoneStrings>& zone_strings() {
  static const std::vector<ZoneStrings> rows = [] {
    std::vector<ZoneStrings> result;
    for (std::string_view row : kZoneStrings) {
      ZoneStrings& strings = result.emplace_back();
      strings.id = row.substr(0, row.find('|'));
      for (std::string_view& name : strings.names) {
        row.remove_prefix(std::min(row.find('|'), row.size() - 1) + 1);
        name = row.substr(0, row.find('|'));
      }
    }
    return result;
  }();
  return rows;
}

std::optional<LegacyZoneName> matched(std::string_view text, std::string_view id, const std::array<std::string_view, kNames>& names) {
  for (size_t i = 0; i < kSimpleNames; ++i) {
    if (names[i].empty() || !equal_ignoring_case(text.substr(0, names[i].size()), names[i])) continue;
    const bool is_daylight = i >= 2;
    return LegacyZoneName{TimeZone::find(id), names[i].size(), is_daylight,
                          !is_daylight && equal_ignoring_case(names[i], names[i + 2])};
  }
  return std::nullopt;
}

// By name in small letters.
const std::unordered_map<std::string, LegacyZoneName>& fast_names() {
  static const std::unordered_map<std::string, LegacyZoneName> names = [] {
    std::unordered_map<std::string, LegacyZoneName> result;
    for (const ZoneStrings& row : zone_strings()) {
      if (row.id == "GMT") continue;  // FastDateParser reads GMT as an offset
      for (size_t i = 0; i < kNames; ++i) {
        const bool is_daylight = i == 2 || i == 3;
        if (!row.names[i].empty()) result.try_emplace(lower_case(row.names[i]), LegacyZoneName{TimeZone::find(row.id), row.names[i].size(), is_daylight, false});
      }
    }
    return result;
  }();
  return names;
}

}  // namespace

std::optional<LegacyZoneName> find_simple_zone_name(std::string_view text, const TimeZone& own) {
  if (const ZoneNames* names = find_zone_names(own.id())) {
    const auto found = matched(text, own.id(), {names->standard_long, names->standard_short, names->daylight_long, names->daylight_short});
    if (found) return found;
  }
  for (const ZoneStrings& row : zone_strings()) {
    auto found = matched(text, row.id, row.names);
    if (found && found->zone != nullptr) return found;
  }
  return std::nullopt;
}

std::optional<LegacyZoneName> find_fast_zone_name(std::string_view text) {
  static const size_t longest = [] {
    size_t size = 0;
    for (const auto& [name, zone] : fast_names()) size = std::max(size, name.size());
    return size;
  }();
  const std::string lower = lower_case(text.substr(0, longest));
  for (size_t size = lower.size(); size > 0; --size) {
    const auto found = fast_names().find(lower.substr(0, size));
    if (found != fast_names().end() && found->second.zone != nullptr) return found->second;
  }
  return std::nullopt;
}

}  // namespace firesteel::functions::kernel
