#include "functions/kernel/zone_names.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>

#include "base/text.h"

namespace firesteel::functions::kernel {

namespace {

// standard short|daylight short|standard long|daylight long|ids, in English as JDK 17 names them
// (java.util.TimeZone.getDisplayName for every id of java.time.ZoneId.getAvailableZoneIds()).
constexpr std::string_view kRows[] = {
    // clang-format off
    "ACST|ACDT|Australian Central Standard Time|Australian Central Daylight "
    "Time|Australia/Adelaide Australia/Broken_Hill Australia/Darwin Australia/North "
    "Australia/South Australia/Yancowinna",
    "ACT|ACST|Acre Standard Time|Acre Summer Time|America/Eirunepe America/Porto_Acre "
    "America/Rio_Branco Brazil/Acre",
    "ACWST|ACWDT|Australian Central Western Standard Time|Australian Central Western Daylight "
    "Time|Australia/Eucla",
    "AEST|AEDT|Australian Eastern Standard Time|Australian Eastern Daylight "
    "Time|Antarctica/Macquarie Australia/ACT Australia/Brisbane Australia/Canberra "
    "Australia/Currie Australia/Hobart Australia/Lindeman Australia/Melbourne Australia/NSW "
    "Australia/Queensland Australia/Sydney Australia/Tasmania Australia/Victoria",
    "AFT|AFST|Afghanistan Time|Afghanistan Summer Time|Asia/Kabul",
    "AKST|AKDT|Alaska Standard Time|Alaska Daylight Time|America/Anchorage America/Juneau "
    "America/Metlakatla America/Nome America/Sitka America/Yakutat SystemV/YST9YDT US/Alaska",
    "AKST|AKST|Gambier Time|Gambier Time|SystemV/YST9",
    "ALMT|ALMST|East Kazakhstan Time|Alma-Ata Summer Time|Asia/Almaty",
    "AMT|AMST|Amazon Standard Time|Amazon Summer Time|America/Boa_Vista America/Campo_Grande "
    "America/Cuiaba America/Manaus America/Porto_Velho Brazil/West",
    "AMT|AMST|Armenia Standard Time|Armenia Summer Time|Asia/Yerevan",
    "ANAT|ANAST|Anadyr Standard Time|Anadyr Summer Time|Asia/Anadyr",
    "AQTT|AQTST|West Kazakhstan Time|Aqtau Summer Time|Asia/Aqtau",
    "AQTT|AQTST|West Kazakhstan Time|Aqtobe Summer Time|Asia/Aqtobe",
    "ART|ARST|Argentina Standard Time|Argentina Summer Time|America/Argentina/Buenos_Aires "
    "America/Argentina/Catamarca America/Argentina/ComodRivadavia America/Argentina/Cordoba "
    "America/Argentina/Jujuy America/Argentina/La_Rioja America/Argentina/Mendoza "
    "America/Argentina/Rio_Gallegos America/Argentina/Salta America/Argentina/San_Juan "
    "America/Argentina/San_Luis America/Argentina/Tucuman America/Argentina/Ushuaia "
    "America/Buenos_Aires America/Catamarca America/Cordoba America/Jujuy America/Mendoza "
    "America/Rosario",
    "AST|ADT|Arabian Standard Time|Arabian Daylight Time|Asia/Aden Asia/Baghdad Asia/Bahrain "
    "Asia/Kuwait Asia/Qatar Asia/Riyadh",
    "AST|ADT|Atlantic Standard Time|Atlantic Daylight Time|America/Anguilla America/Antigua "
    "America/Aruba America/Barbados America/Blanc-Sablon America/Curacao America/Dominica "
    "America/Glace_Bay America/Goose_Bay America/Grenada America/Guadeloupe America/Halifax "
    "America/Kralendijk America/Lower_Princes America/Marigot America/Martinique "
    "America/Moncton America/Montserrat America/Port_of_Spain America/Puerto_Rico "
    "America/Santo_Domingo America/St_Barthelemy America/St_Kitts America/St_Lucia "
    "America/St_Thomas America/St_Vincent America/Thule America/Tortola America/Virgin "
    "Atlantic/Bermuda Canada/Atlantic SystemV/AST4 SystemV/AST4ADT",
    "AWST|AWDT|Australian Western Standard Time|Australian Western Daylight "
    "Time|Australia/Perth Australia/West",
    "AWST|AWDT|Casey Time|Australian Western Daylight Time|Antarctica/Casey",
    "AZOT|AZOST|Azores Standard Time|Azores Summer Time|Atlantic/Azores",
    "AZT|AZST|Azerbaijan Standard Time|Azerbaijan Summer Time|Asia/Baku",
    "BDT|BDST|Bangladesh Standard Time|Bangladesh Summer Time|Asia/Dacca Asia/Dhaka",
    "BNT|BNST|Brunei Darussalam Time|Brunei Summer Time|Asia/Brunei",
    "BOT|BOST|Bolivia Time|Bolivia Summer Time|America/La_Paz",
    "BRT|BRST|Brasilia Standard Time|Brasilia Summer Time|America/Araguaina America/Bahia "
    "America/Belem America/Fortaleza America/Maceio America/Recife America/Santarem "
    "America/Sao_Paulo Brazil/East",
    "BST|BST|Bougainville Standard Time|Bougainville Daylight Time|Pacific/Bougainville",
    "BTT|BTST|Bhutan Time|Bhutan Summer Time|Asia/Thimbu Asia/Thimphu",
    "CAT|CAST|Central Africa Time|Central African Summer Time|Africa/Blantyre "
    "Africa/Bujumbura Africa/Gaborone Africa/Harare Africa/Juba Africa/Khartoum Africa/Kigali "
    "Africa/Lubumbashi Africa/Lusaka Africa/Maputo",
    "CAT|WAT|Central Africa Time|Western African Time|Africa/Windhoek",
    "CCT|CCST|Cocos Islands Time|Cocos Islands Summer Time|Indian/Cocos",
    "CET|CEST|Central European Standard Time|Central European Summer Time|Africa/Algiers "
    "Africa/Ceuta Africa/Tunis Arctic/Longyearbyen Atlantic/Jan_Mayen Europe/Amsterdam "
    "Europe/Andorra Europe/Belgrade Europe/Berlin Europe/Bratislava Europe/Brussels "
    "Europe/Budapest Europe/Busingen Europe/Copenhagen Europe/Gibraltar Europe/Ljubljana "
    "Europe/Luxembourg Europe/Madrid Europe/Malta Europe/Monaco Europe/Oslo Europe/Paris "
    "Europe/Podgorica Europe/Prague Europe/Rome Europe/San_Marino Europe/Sarajevo "
    "Europe/Skopje Europe/Stockholm Europe/Tirane Europe/Vaduz Europe/Vatican Europe/Vienna "
    "Europe/Warsaw Europe/Zagreb Europe/Zurich Poland",
    "CET|CEST|Central European Time|Central European Summer Time|CET",
    "CHAST|CHADT|Chatham Standard Time|Chatham Daylight Time|NZ-CHAT Pacific/Chatham",
    "CHOT|CHOST|Ulaanbaatar Standard Time|Ulaanbaatar Summer Time|Asia/Choibalsan",
    "CHUT|CHUST|Chuuk Time|Chuuk Summer Time|Pacific/Chuuk Pacific/Truk Pacific/Yap",
    "CKT|CKHST|Cook Islands Standard Time|Cook Islands Half Summer Time|Pacific/Rarotonga",
    "CLT|CLST|Chile Standard Time|Chile Summer Time|America/Santiago Chile/Continental",
    "CLT|CLST|Chile Time|Chile Summer Time|Antarctica/Palmer",
    "COT|COST|Colombia Standard Time|Colombia Summer Time|America/Bogota",
    "CST|CDT|Central Standard Time|Central Daylight Time|America/Bahia_Banderas "
    "America/Belize America/Chicago America/Chihuahua America/Costa_Rica America/El_Salvador "
    "America/Guatemala America/Indiana/Knox America/Indiana/Tell_City America/Knox_IN "
    "America/Managua America/Matamoros America/Menominee America/Merida America/Mexico_City "
    "America/Monterrey America/North_Dakota/Beulah America/North_Dakota/Center "
    "America/North_Dakota/New_Salem America/Ojinaga America/Rainy_River America/Rankin_Inlet "
    "America/Regina America/Resolute America/Swift_Current America/Tegucigalpa "
    "America/Winnipeg CST6CDT Canada/Central Canada/Saskatchewan Mexico/General SystemV/CST6 "
    "SystemV/CST6CDT US/Central US/Indiana-Starke",
    "CST|CDT|China Standard Time|China Daylight Time|Asia/Chongqing Asia/Chungking "
    "Asia/Harbin Asia/Macao Asia/Macau Asia/Shanghai PRC",
    "CST|CDT|Cuba Standard Time|Cuba Daylight Time|America/Havana Cuba",
    "CST|CDT|Taipei Standard Time|Taipei Daylight Time|Asia/Taipei",
    "CVT|CVST|Cape Verde Standard Time|Cape Verde Summer Time|Atlantic/Cape_Verde",
    "CXT|CXST|Christmas Island Time|Christmas Island Summer Time|Indian/Christmas",
    "ChST|ChDT|Chamorro Standard Time|Chamorro Daylight Time|Pacific/Guam Pacific/Saipan",
    "DAVT|DAVST|Davis Time|Davis Summer Time|Antarctica/Davis",
    "DDUT|DDUST|Dumont-d’Urville Time|Dumont-d'Urville Summer Time|Antarctica/DumontDUrville",
    "EAST|EASST|Easter Island Standard Time|Easter Island Summer Time|Chile/EasterIsland "
    "Pacific/Easter",
    "EAT|EAST|East Africa Time|Eastern African Summer Time|Africa/Addis_Ababa Africa/Asmara "
    "Africa/Asmera Africa/Dar_es_Salaam Africa/Djibouti Africa/Kampala Africa/Mogadishu "
    "Africa/Nairobi Indian/Antananarivo Indian/Comoro Indian/Mayotte",
    "ECT|ECST|Ecuador Time|Ecuador Summer Time|America/Guayaquil",
    "EET|EEST|Eastern European Standard Time|Eastern European Summer Time|Africa/Cairo "
    "Africa/Tripoli Asia/Amman Asia/Beirut Asia/Damascus Asia/Gaza Asia/Hebron Asia/Nicosia "
    "Egypt Europe/Athens Europe/Bucharest Europe/Chisinau Europe/Helsinki Europe/Kaliningrad "
    "Europe/Kiev Europe/Kyiv Europe/Mariehamn Europe/Nicosia Europe/Riga Europe/Sofia "
    "Europe/Tallinn Europe/Tiraspol Europe/Uzhgorod Europe/Vilnius Europe/Zaporozhye Libya",
    "EET|EEST|Eastern European Time|Eastern European Summer Time|Asia/Famagusta EET",
    "EGT|EGST|East Greenland Standard Time|East Greenland Summer Time|America/Scoresbysund",
    "EST|EDT|Eastern Standard Time|Eastern Daylight Time|America/Atikokan America/Cancun "
    "America/Cayman America/Coral_Harbour America/Detroit America/Fort_Wayne "
    "America/Grand_Turk America/Indiana/Indianapolis America/Indiana/Marengo "
    "America/Indiana/Petersburg America/Indiana/Vevay America/Indiana/Vincennes "
    "America/Indiana/Winamac America/Indianapolis America/Iqaluit America/Jamaica "
    "America/Kentucky/Louisville America/Kentucky/Monticello America/Louisville "
    "America/Montreal America/Nassau America/New_York America/Nipigon America/Panama "
    "America/Pangnirtung America/Port-au-Prince America/Thunder_Bay America/Toronto "
    "Canada/Eastern EST5EDT Jamaica SystemV/EST5 SystemV/EST5EDT US/East-Indiana US/Eastern "
    "US/Michigan",
    "FJT|FJST|Fiji Standard Time|Fiji Summer Time|Pacific/Fiji",
    "FKT|FKST|Falkland Islands Standard Time|Falkland Islands Summer Time|Atlantic/Stanley",
    "FNT|FNST|Fernando de Noronha Standard Time|Fernando de Noronha Summer "
    "Time|America/Noronha Brazil/DeNoronha",
    "GALT|GALST|Galapagos Time|Galapagos Summer Time|Pacific/Galapagos",
    "GAMT|GAMST|Gambier Time|Gambier Summer Time|Pacific/Gambier",
    "GET|GEST|Georgia Standard Time|Georgia Summer Time|Asia/Tbilisi",
    "GFT|GFST|French Guiana Time|French Guiana Summer Time|America/Cayenne",
    "GILT|GILST|Gilbert Islands Time|Gilbert Is. Summer Time|Pacific/Tarawa",
    "GMT+01:00|GMT+01:00|GMT+01:00|GMT+01:00|Etc/GMT-1",
    "GMT+02:00|GMT+02:00|GMT+02:00|GMT+02:00|Etc/GMT-2",
    "GMT+03:00|GMT+03:00|GMT+03:00|GMT+03:00|Etc/GMT-3",
    "GMT+04:00|GMT+04:00|Astrakhan Standard Time|Astrakhan Standard Time|Europe/Astrakhan",
    "GMT+04:00|GMT+04:00|GMT+04:00|GMT+04:00|Etc/GMT-4",
    "GMT+04:00|GMT+04:00|Saratov Standard Time|Saratov Standard Time|Europe/Saratov",
    "GMT+04:00|GMT+04:00|Ulyanovsk Standard Time|Ulyanovsk Standard Time|Europe/Ulyanovsk",
    "GMT+05:00|GMT+05:00|GMT+05:00|GMT+05:00|Etc/GMT-5",
    "GMT+05:00|GMT+05:00|West Kazakhstan Time|Atyrau Daylight Time|Asia/Atyrau",
    "GMT+06:00|GMT+06:00|GMT+06:00|GMT+06:00|Etc/GMT-6",
    "GMT+07:00|GMT+07:00|Barnaul Standard Time|Barnaul Daylight Time|Asia/Barnaul",
    "GMT+07:00|GMT+07:00|GMT+07:00|GMT+07:00|Etc/GMT-7",
    "GMT+07:00|GMT+07:00|Tomsk Standard Time|Tomsk Daylight Time|Asia/Tomsk",
    "GMT+08:00|GMT+08:00|GMT+08:00|GMT+08:00|Etc/GMT-8",
    "GMT+09:00|GMT+09:00|GMT+09:00|GMT+09:00|Etc/GMT-9",
    "GMT+10:00|GMT+10:00|GMT+10:00|GMT+10:00|Etc/GMT-10",
    "GMT+11:00|GMT+11:00|GMT+11:00|GMT+11:00|Etc/GMT-11",
    "GMT+12:00|GMT+12:00|GMT+12:00|GMT+12:00|Etc/GMT-12",
    "GMT+13:00|GMT+13:00|GMT+13:00|GMT+13:00|Etc/GMT-13",
    "GMT+13:00|GMT+13:00|Kanton Standard Time|Kanton Daylight Time|Pacific/Kanton",
    "GMT+14:00|GMT+14:00|GMT+14:00|GMT+14:00|Etc/GMT-14",
    "GMT-01:00|GMT-01:00|GMT-01:00|GMT-01:00|Etc/GMT+1",
    "GMT-02:00|GMT-02:00|GMT-02:00|GMT-02:00|Etc/GMT+2",
    "GMT-03:00|GMT-03:00|GMT-03:00|GMT-03:00|Etc/GMT+3",
    "GMT-03:00|GMT-03:00|Punta Arenas Standard Time|Punta Arenas Standard "
    "Time|America/Punta_Arenas",
    "GMT-04:00|GMT-04:00|GMT-04:00|GMT-04:00|Etc/GMT+4",
    "GMT-05:00|GMT-05:00|GMT-05:00|GMT-05:00|Etc/GMT+5",
    "GMT-06:00|GMT-06:00|GMT-06:00|GMT-06:00|Etc/GMT+6",
    "GMT-07:00|GMT-07:00|GMT-07:00|GMT-07:00|Etc/GMT+7",
    "GMT-08:00|GMT-08:00|GMT-08:00|GMT-08:00|Etc/GMT+8",
    "GMT-09:00|GMT-09:00|GMT-09:00|GMT-09:00|Etc/GMT+9",
    "GMT-10:00|GMT-10:00|GMT-10:00|GMT-10:00|Etc/GMT+10",
    "GMT-11:00|GMT-11:00|GMT-11:00|GMT-11:00|Etc/GMT+11",
    "GMT-12:00|GMT-12:00|GMT-12:00|GMT-12:00|Etc/GMT+12",
    "GMT|BST|Greenwich Mean Time|British Summer Time|Europe/Belfast Europe/Guernsey "
    "Europe/Isle_of_Man Europe/Jersey Europe/London GB GB-Eire",
    "GMT|CEST|Greenwich Mean Time|Central European Summer Time|Antarctica/Troll",
    "GMT|GHST|Greenwich Mean Time|Ghana Summer Time|Africa/Accra",
    "GMT|GMT|Greenwich Mean Time|Greenwich Mean Time|Africa/Abidjan Africa/Bamako "
    "Africa/Banjul Africa/Bissau Africa/Conakry Africa/Dakar Africa/Freetown Africa/Lome "
    "Africa/Monrovia Africa/Nouakchott Africa/Ouagadougou Africa/Sao_Tome Africa/Timbuktu "
    "America/Danmarkshavn Atlantic/Reykjavik Atlantic/St_Helena Etc/GMT Etc/GMT+0 Etc/GMT-0 "
    "Etc/GMT0 Etc/Greenwich GMT GMT0 Greenwich Iceland",
    "GMT|IST|Greenwich Mean Time|Irish Standard Time|Eire Europe/Dublin",
    "GST|GDT|Gulf Standard Time|Gulf Daylight Time|Asia/Dubai Asia/Muscat",
    "GST|GDT|South Georgia Time|South Georgia Daylight Time|Atlantic/South_Georgia",
    "GYT|GYST|Guyana Time|Guyana Summer Time|America/Guyana",
    "HAST|HADT|Hawaii-Aleutian Standard Time|Hawaii-Aleutian Daylight Time|America/Adak "
    "America/Atka Pacific/Johnston US/Aleutian",
    "HKT|HKST|Hong Kong Standard Time|Hong Kong Summer Time|Asia/Hong_Kong Hongkong",
    "HOVT|HOVST|Hovd Standard Time|Hovd Summer Time|Asia/Hovd",
    "HST|HDT|Hawaii-Aleutian Standard Time|Hawaii-Aleutian Daylight Time|Pacific/Honolulu "
    "SystemV/HST10 US/Hawaii",
    "ICT|ICST|Indochina Time|Indochina Summer Time|Asia/Bangkok Asia/Ho_Chi_Minh "
    "Asia/Phnom_Penh Asia/Saigon Asia/Vientiane",
    "IOT|IOST|Indian Ocean Time|Indian Ocean Territory Summer Time|Indian/Chagos",
    "IRKT|IRKST|Irkutsk Standard Time|Irkutsk Summer Time|Asia/Irkutsk",
    "IRST|IRDT|Iran Standard Time|Iran Daylight Time|Asia/Tehran Iran",
    "IST|IDT|India Standard Time|India Daylight Time|Asia/Calcutta Asia/Colombo Asia/Kolkata",
    "IST|IDT|Israel Standard Time|Israel Daylight Time|Asia/Jerusalem Asia/Tel_Aviv Israel",
    "JST|JDT|Japan Standard Time|Japan Daylight Time|Asia/Tokyo Japan",
    "KGT|KGST|Kyrgyzstan Time|Kirgizstan Summer Time|Asia/Bishkek",
    "KOST|KOSST|Kosrae Time|Kosrae Summer Time|Pacific/Kosrae",
    "KRAT|KRAST|Krasnoyarsk Standard Time|Krasnoyarsk Summer Time|Asia/Krasnoyarsk "
    "Asia/Novokuznetsk",
    "KST|KDT|Korean Standard Time|Korean Daylight Time|Asia/Pyongyang Asia/Seoul ROK",
    "LHST|LHDT|Lord Howe Standard Time|Lord Howe Daylight Time|Australia/LHI "
    "Australia/Lord_Howe",
    "LINT|LINST|Line Islands Time|Line Is. Summer Time|Pacific/Kiritimati",
    "MAGT|MAGST|Magadan Standard Time|Magadan Summer Time|Asia/Magadan",
    "MART|MARST|Marquesas Time|Marquesas Summer Time|Pacific/Marquesas",
    "MAWT|MAWST|Mawson Time|Mawson Summer Time|Antarctica/Mawson",
    "MET|MEST|Middle Europe Time|Middle Europe Summer Time|MET",
    "MHT|MHST|Marshall Islands Time|Marshall Islands Summer Time|Kwajalein Pacific/Kwajalein "
    "Pacific/Majuro",
    "MMT|MMST|Myanmar Time|Myanmar Summer Time|Asia/Rangoon Asia/Yangon",
    "MSK|MSD|Moscow Standard Time|Moscow Daylight Time|Europe/Kirov",
    "MSK|MSD|Moscow Standard Time|Moscow Summer Time|Europe/Minsk Europe/Moscow "
    "Europe/Simferopol W-SU",
    "MSK|MSD|Volgograd Standard Time|Volgograd Summer Time|Europe/Volgograd",
    "MST|MDT|Mexican Pacific Standard Time|Mexican Pacific Daylight Time|America/Hermosillo "
    "America/Mazatlan Mexico/BajaSur",
    "MST|MDT|Mountain Standard Time|Mountain Daylight Time|America/Boise "
    "America/Cambridge_Bay America/Ciudad_Juarez America/Creston America/Dawson "
    "America/Dawson_Creek America/Denver America/Edmonton America/Fort_Nelson America/Inuvik "
    "America/Phoenix America/Shiprock America/Whitehorse America/Yellowknife Canada/Mountain "
    "Canada/Yukon MST7MDT Navajo SystemV/MST7 SystemV/MST7MDT US/Arizona US/Mountain",
    "MUT|MUST|Mauritius Standard Time|Mauritius Summer Time|Indian/Mauritius",
    "MVT|MVST|Maldives Time|Maldives Summer Time|Indian/Maldives",
    "MYT|MYST|Malaysia Time|Malaysia Summer Time|Asia/Kuala_Lumpur Asia/Kuching",
    "NCT|NCST|New Caledonia Standard Time|New Caledonia Summer Time|Pacific/Noumea",
    "NFT|NFST|Norfolk Island Standard Time|Norfolk Island Daylight Time|Pacific/Norfolk",
    "NOVT|NOVST|Novosibirsk Standard Time|Novosibirsk Summer Time|Asia/Novosibirsk",
    "NPT|NPST|Nepal Time|Nepal Summer Time|Asia/Kathmandu Asia/Katmandu",
    "NRT|NRST|Nauru Time|Nauru Summer Time|Pacific/Nauru",
    "NST|NDT|Newfoundland Standard Time|Newfoundland Daylight Time|America/St_Johns "
    "Canada/Newfoundland",
    "NUT|NUST|Niue Time|Niue Summer Time|Pacific/Niue",
    "NZST|NZDT|New Zealand Standard Time|New Zealand Daylight Time|Antarctica/McMurdo "
    "Antarctica/South_Pole NZ Pacific/Auckland",
    "OMST|OMSST|Omsk Standard Time|Omsk Summer Time|Asia/Omsk",
    "ORAT|ORAST|West Kazakhstan Time|Oral Summer Time|Asia/Oral",
    "PETT|PETST|Petropavlovsk-Kamchatski Standard Time|Petropavlovsk-Kamchatski Summer "
    "Time|Asia/Kamchatka",
    "PET|PEST|Peru Standard Time|Peru Summer Time|America/Lima",
    "PGT|PGST|Papua New Guinea Time|Papua New Guinea Summer Time|Pacific/Port_Moresby",
    "PHOT|PHOST|Phoenix Islands Time|Phoenix Is. Summer Time|Pacific/Enderbury",
    "PKT|PKST|Pakistan Standard Time|Pakistan Summer Time|Asia/Karachi",
    "PMST|PMDT|St. Pierre & Miquelon Standard Time|St. Pierre & Miquelon Daylight "
    "Time|America/Miquelon",
    "PONT|PONST|Ponape Time|Pohnpei Summer Time|Pacific/Pohnpei Pacific/Ponape",
    "PST|PDT|Northwest Mexico Standard Time|Northwest Mexico Daylight "
    "Time|America/Santa_Isabel",
    "PST|PDT|Pacific Standard Time|Pacific Daylight Time|America/Ensenada America/Los_Angeles "
    "America/Tijuana America/Vancouver Canada/Pacific Mexico/BajaNorte PST8PDT "
    "SystemV/PST8PDT US/Pacific",
    "PST|PDT|Philippine Standard Time|Philippine Summer Time|Asia/Manila",
    "PST|PDT|Pitcairn Time|Pitcairn Daylight Time|Pacific/Pitcairn",
    "PST|PST|Pitcairn Time|Pitcairn Time|SystemV/PST8",
    "PWT|PWST|Palau Time|Palau Summer Time|Pacific/Palau",
    "PYT|PYST|Paraguay Standard Time|Paraguay Summer Time|America/Asuncion",
    "QOST|QOSST|East Kazakhstan Time|Kostanay Summer Time|Asia/Qostanay",
    "QYZT|QYZST|West Kazakhstan Time|Qyzylorda Summer Time|Asia/Qyzylorda",
    "RET|REST|Réunion Time|Reunion Summer Time|Indian/Reunion",
    "ROTT|ROTST|Rothera Time|Rothera Summer Time|Antarctica/Rothera",
    "SAKT|SAKST|Sakhalin Standard Time|Sakhalin Summer Time|Asia/Sakhalin",
    "SAMT|SAMST|Samara Standard Time|Samara Summer Time|Europe/Samara",
    "SAST|SAST|South Africa Standard Time|South Africa Summer Time|Africa/Johannesburg "
    "Africa/Maseru Africa/Mbabane",
    "SBT|SBST|Solomon Islands Time|Solomon Is. Summer Time|Pacific/Guadalcanal",
    "SCT|SCST|Seychelles Time|Seychelles Summer Time|Indian/Mahe",
    "SGT|SGST|Singapore Standard Time|Singapore Summer Time|Asia/Singapore Singapore",
    "SRET|SREDT|Srednekolymsk Time|Srednekolymsk Daylight Time|Asia/Srednekolymsk",
    "SRT|SRST|Suriname Time|Suriname Summer Time|America/Paramaribo",
    "SST|SDT|Samoa Standard Time|Samoa Daylight Time|Pacific/Midway Pacific/Pago_Pago "
    "Pacific/Samoa US/Samoa",
    "SYOT|SYOST|Syowa Time|Syowa Summer Time|Antarctica/Syowa",
    "TAHT|TAHST|Tahiti Time|Tahiti Summer Time|Pacific/Tahiti",
    "TFT|TFST|French Southern & Antarctic Time|French Southern & Antarctic Lands Summer "
    "Time|Indian/Kerguelen",
    "TJT|TJST|Tajikistan Time|Tajikistan Summer Time|Asia/Dushanbe",
    "TKT|TKST|Tokelau Time|Tokelau Summer Time|Pacific/Fakaofo",
    "TLT|TLST|East Timor Time|Timor-Leste Summer Time|Asia/Dili",
    "TMT|TMST|Turkmenistan Standard Time|Turkmenistan Summer Time|Asia/Ashgabat "
    "Asia/Ashkhabad",
    "TOT|TOST|Tonga Standard Time|Tonga Summer Time|Pacific/Tongatapu",
    "TRT|TRST|Turkey Time|Turkey Summer Time|Asia/Istanbul Europe/Istanbul Turkey",
    "TVT|TVST|Tuvalu Time|Tuvalu Summer Time|Pacific/Funafuti",
    "ULAT|ULAST|Ulaanbaatar Standard Time|Ulaanbaatar Summer Time|Asia/Ulaanbaatar "
    "Asia/Ulan_Bator",
    "UTC|UTC|Coordinated Universal Time|Coordinated Universal Time|Etc/UCT Etc/UTC "
    "Etc/Universal Etc/Zulu UCT UTC Universal Zulu",
    "UYT|UYST|Uruguay Standard Time|Uruguay Summer Time|America/Montevideo",
    "UZT|UZST|Uzbekistan Standard Time|Uzbekistan Summer Time|Asia/Samarkand Asia/Tashkent",
    "VET|VEST|Venezuela Time|Venezuela Summer Time|America/Caracas",
    "VLAT|VLAST|Vladivostok Standard Time|Vladivostok Summer Time|Asia/Ust-Nera "
    "Asia/Vladivostok",
    "VOST|VOSST|Vostok Time|Vostok Summer Time|Antarctica/Vostok",
    "VUT|VUST|Vanuatu Standard Time|Vanuatu Summer Time|Pacific/Efate",
    "WAKT|WAKST|Wake Island Time|Wake Summer Time|Pacific/Wake",
    "WAT|WAST|West Africa Standard Time|West Africa Summer Time|Africa/Bangui "
    "Africa/Brazzaville Africa/Douala Africa/Kinshasa Africa/Lagos Africa/Libreville "
    "Africa/Luanda Africa/Malabo Africa/Ndjamena Africa/Niamey Africa/Porto-Novo",
    "WET|WEST|Western European Standard Time|Western European Summer Time|Atlantic/Canary "
    "Atlantic/Faeroe Atlantic/Faroe Atlantic/Madeira Europe/Lisbon Portugal",
    "WET|WEST|Western European Time|Western European Summer Time|Africa/Casablanca "
    "Africa/El_Aaiun WET",
    "WFT|WFST|Wallis & Futuna Time|Wallis & Futuna Summer Time|Pacific/Wallis",
    "WGT|WGST|West Greenland Standard Time|West Greenland Summer Time|America/Godthab "
    "America/Nuuk",
    "WIB|WIST|Western Indonesia Time|West Indonesia Summer Time|Asia/Jakarta Asia/Pontianak",
    "WITA|CIST|Central Indonesia Time|Central Indonesia Summer Time|Asia/Makassar "
    "Asia/Ujung_Pandang",
    "WIT|EIST|Eastern Indonesia Time|East Indonesia Summer Time|Asia/Jayapura",
    "WSST|WSDT|Apia Standard Time|Apia Daylight Time|Pacific/Apia",
    "XJT|XJDT|Xinjiang Standard Time|Xinjiang Daylight Time|Asia/Kashgar Asia/Urumqi",
    "YAKT|YAKST|Yakutsk Standard Time|Yakutsk Summer Time|Asia/Chita Asia/Khandyga "
    "Asia/Yakutsk",
    "YEKT|YEKST|Yekaterinburg Standard Time|Yekaterinburg Summer Time|Asia/Yekaterinburg",
    // clang-format on
};

// Where several zones share a name, java.time reads it as the one most people mean.
constexpr std::string_view kPreferredIds[] = {
    "America/Los_Angeles", "America/Denver",      "America/Chicago", "America/New_York",
    "America/Halifax",     "America/Anchorage",   "Europe/London",   "Europe/Paris",
    "Europe/Bucharest",    "Europe/Moscow",       "Asia/Kolkata",    "Asia/Shanghai",
    "Asia/Tokyo",          "Asia/Seoul",          "Asia/Hong_Kong",  "Australia/Sydney",
    "Australia/Adelaide",  "Pacific/Auckland",    "UTC",             "GMT",
};

std::array<std::string_view, 5> split_row(std::string_view row) {
  std::array<std::string_view, 5> parts;
  for (size_t i = 0; i < 4; ++i) {
    const size_t bar = row.find('|');
    parts[i] = row.substr(0, bar);
    row.remove_prefix(bar + 1);
  }
  parts[4] = row;
  return parts;
}

bool is_preferred(std::string_view id) {
  for (std::string_view preferred : kPreferredIds) {
    if (preferred == id) return true;
  }
  return false;
}

struct Index {
  std::unordered_map<std::string_view, ZoneNames> by_id;
  std::unordered_map<std::string, std::string_view> id_by_name;
  std::unordered_map<std::string, std::string_view> id_by_lower_case;
};

const Index& index() {
  static const Index index = [] {
    Index result;
    for (std::string_view row : kRows) {
      const auto parts = split_row(row);
      const ZoneNames names = {parts[0], parts[1], parts[2], parts[3]};
      std::string_view ids = parts[4];
      while (!ids.empty()) {
        const std::string_view id = ids.substr(0, ids.find(' '));
        ids.remove_prefix(std::min(ids.size(), id.size() + 1));
        result.by_id[id] = names;
        result.id_by_lower_case[lower_case(id)] = id;
        for (size_t i = 0; i < 4; ++i) {
          auto& known = result.id_by_name[lower_case(parts[i])];
          if (known.empty() || (is_preferred(id) && !is_preferred(known))) known = id;
        }
      }
    }
    return result;
  }();
  return index;
}

}  // namespace

const ZoneNames* find_zone_names(std::string_view id) {
  const auto found = index().by_id.find(id);
  return found == index().by_id.end() ? nullptr : &found->second;
}

std::string_view find_zone_id_by_name(std::string_view name) {
  const auto found = index().id_by_name.find(lower_case(name));
  return found == index().id_by_name.end() ? std::string_view() : found->second;
}

std::string_view find_zone_id_ignoring_case(std::string_view id) {
  const auto found = index().id_by_lower_case.find(lower_case(id));
  return found == index().id_by_lower_case.end() ? std::string_view() : found->second;
}

}  // namespace firesteel::functions::kernel
