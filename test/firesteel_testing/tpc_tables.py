"""Small tables of TPC-H and TPC-DS, the same in every run, in which the queries of the benchmarks find rows.

Columns that the queries compare with constants take few values, among them those constants. What the
benchmarks' own generators write is not reproduced: these rows are for comparing answers, not for measuring.
"""
import datetime
import decimal
import random

TPCH = {
        "customer": """c_custkey bigint, c_name string, c_address string, c_nationkey bigint, c_phone string, c_acctbal decimal(15,2),
        c_mktsegment string, c_comment string""",
        "lineitem": """l_orderkey bigint, l_partkey bigint, l_suppkey bigint, l_linenumber int, l_quantity decimal(15,2), l_extendedprice
        decimal(15,2), l_discount decimal(15,2), l_tax decimal(15,2), l_returnflag string, l_linestatus string, l_shipdate date,
        l_commitdate date, l_receiptdate date, l_shipinstruct string, l_shipmode string, l_comment string""",
        "nation": """n_nationkey bigint, n_name string, n_regionkey bigint, n_comment string""",
        "orders": """o_orderkey bigint, o_custkey bigint, o_orderstatus string, o_totalprice decimal(15,2), o_orderdate date,
        o_orderpriority string, o_clerk string, o_shippriority int, o_comment string""",
        "part": """p_partkey bigint, p_name string, p_mfgr string, p_brand string, p_type string, p_size int, p_container string,
        p_retailprice decimal(15,2), p_comment string""",
        "partsupp": """ps_partkey bigint, ps_suppkey bigint, ps_availqty int, ps_supplycost decimal(15,2), ps_comment string""",
        "region": """r_regionkey bigint, r_name string, r_comment string""",
        "supplier": """s_suppkey bigint, s_name string, s_address string, s_nationkey bigint, s_phone string, s_acctbal decimal(15,2),
        s_comment string""",
}

TPCDS = {
        "call_center": """cc_call_center_sk bigint, cc_call_center_id string, cc_rec_start_date date, cc_rec_end_date date,
        cc_closed_date_sk bigint, cc_open_date_sk bigint, cc_name string, cc_class string, cc_employees bigint, cc_sq_ft bigint, cc_hours
        string, cc_manager string, cc_mkt_id bigint, cc_mkt_class string, cc_mkt_desc string, cc_market_manager string, cc_division bigint,
        cc_division_name string, cc_company bigint, cc_company_name string, cc_street_number string, cc_street_name string, cc_street_type
        string, cc_suite_number string, cc_city string, cc_county string, cc_state string, cc_zip string, cc_country string, cc_gmt_offset
        decimal(5,2), cc_tax_percentage decimal(5,2)""",
        "catalog_page": """cp_catalog_page_sk bigint, cp_catalog_page_id string, cp_start_date_sk bigint, cp_end_date_sk bigint,
        cp_department string, cp_catalog_number bigint, cp_catalog_page_number bigint, cp_description string, cp_type string""",
        "catalog_returns": """cr_returned_date_sk bigint, cr_returned_time_sk bigint, cr_item_sk bigint, cr_refunded_customer_sk bigint,
        cr_refunded_cdemo_sk bigint, cr_refunded_hdemo_sk bigint, cr_refunded_addr_sk bigint, cr_returning_customer_sk bigint,
        cr_returning_cdemo_sk bigint, cr_returning_hdemo_sk bigint, cr_returning_addr_sk bigint, cr_call_center_sk bigint,
        cr_catalog_page_sk bigint, cr_ship_mode_sk bigint, cr_warehouse_sk bigint, cr_reason_sk bigint, cr_order_number bigint,
        cr_return_quantity bigint, cr_return_amount decimal(7,2), cr_return_tax decimal(7,2), cr_return_amt_inc_tax decimal(7,2), cr_fee
        decimal(7,2), cr_return_ship_cost decimal(7,2), cr_refunded_cash decimal(7,2), cr_reversed_charge decimal(7,2), cr_store_credit
        decimal(7,2), cr_net_loss decimal(7,2)""",
        "catalog_sales": """cs_sold_date_sk bigint, cs_sold_time_sk bigint, cs_ship_date_sk bigint, cs_bill_customer_sk bigint,
        cs_bill_cdemo_sk bigint, cs_bill_hdemo_sk bigint, cs_bill_addr_sk bigint, cs_ship_customer_sk bigint, cs_ship_cdemo_sk bigint,
        cs_ship_hdemo_sk bigint, cs_ship_addr_sk bigint, cs_call_center_sk bigint, cs_catalog_page_sk bigint, cs_ship_mode_sk bigint,
        cs_warehouse_sk bigint, cs_item_sk bigint, cs_promo_sk bigint, cs_order_number bigint, cs_quantity bigint, cs_wholesale_cost
        decimal(7,2), cs_list_price decimal(7,2), cs_sales_price decimal(7,2), cs_ext_discount_amt decimal(7,2), cs_ext_sales_price
        decimal(7,2), cs_ext_wholesale_cost decimal(7,2), cs_ext_list_price decimal(7,2), cs_ext_tax decimal(7,2), cs_coupon_amt
        decimal(7,2), cs_ext_ship_cost decimal(7,2), cs_net_paid decimal(7,2), cs_net_paid_inc_tax decimal(7,2), cs_net_paid_inc_ship
        decimal(7,2), cs_net_paid_inc_ship_tax decimal(7,2), cs_net_profit decimal(7,2)""",
        "customer": """c_customer_sk bigint, c_customer_id string, c_current_cdemo_sk bigint, c_current_hdemo_sk bigint, c_current_addr_sk
        bigint, c_first_shipto_date_sk bigint, c_first_sales_date_sk bigint, c_salutation string, c_first_name string, c_last_name string,
        c_preferred_cust_flag string, c_birth_day bigint, c_birth_month bigint, c_birth_year bigint, c_birth_country string, c_login string,
        c_email_address string, c_last_review_date bigint""",
        "customer_address": """ca_address_sk bigint, ca_address_id string, ca_street_number string, ca_street_name string, ca_street_type
        string, ca_suite_number string, ca_city string, ca_county string, ca_state string, ca_zip string, ca_country string, ca_gmt_offset
        decimal(5,2), ca_location_type string""",
        "customer_demographics": """cd_demo_sk bigint, cd_gender string, cd_marital_status string, cd_education_status string,
        cd_purchase_estimate bigint, cd_credit_rating string, cd_dep_count bigint, cd_dep_employed_count bigint, cd_dep_college_count
        int""",
        "date_dim": """d_date_sk bigint, d_date_id string, d_date date, d_month_seq bigint, d_week_seq bigint, d_quarter_seq bigint, d_year
        bigint, d_dow bigint, d_moy bigint, d_dom bigint, d_qoy bigint, d_fy_year bigint, d_fy_quarter_seq bigint, d_fy_week_seq bigint,
        d_day_name string, d_quarter_name string, d_holiday string, d_weekend string, d_following_holiday string, d_first_dom bigint,
        d_last_dom bigint, d_same_day_ly bigint, d_same_day_lq bigint, d_current_day string, d_current_week string, d_current_month string,
        d_current_quarter string, d_current_year string""",
        "household_demographics": """hd_demo_sk bigint, hd_income_band_sk bigint, hd_buy_potential string, hd_dep_count bigint,
        hd_vehicle_count int""",
        "income_band": """ib_income_band_sk bigint, ib_lower_bound bigint, ib_upper_bound int""",
        "inventory": """inv_date_sk bigint, inv_item_sk bigint, inv_warehouse_sk bigint, inv_quantity_on_hand int""",
        "item": """i_item_sk bigint, i_item_id string, i_rec_start_date date, i_rec_end_date date, i_item_desc string, i_current_price
        decimal(7,2), i_wholesale_cost decimal(7,2), i_brand_id bigint, i_brand string, i_class_id bigint, i_class string, i_category_id
        bigint, i_category string, i_manufact_id bigint, i_manufact string, i_size string, i_formulation string, i_color string, i_units
        string, i_container string, i_manager_id bigint, i_product_name string""",
        "promotion": """p_promo_sk bigint, p_promo_id string, p_start_date_sk bigint, p_end_date_sk bigint, p_item_sk bigint, p_cost
        decimal(15,2), p_response_target bigint, p_promo_name string, p_channel_dmail string, p_channel_email string, p_channel_catalog
        string, p_channel_tv string, p_channel_radio string, p_channel_press string, p_channel_event string, p_channel_demo string,
        p_channel_details string, p_purpose string, p_discount_active string""",
        "reason": """r_reason_sk bigint, r_reason_id string, r_reason_desc string""",
        "ship_mode": """sm_ship_mode_sk bigint, sm_ship_mode_id string, sm_type string, sm_code string, sm_carrier string, sm_contract
        string""",
        "store": """s_store_sk bigint, s_store_id string, s_rec_start_date date, s_rec_end_date date, s_closed_date_sk bigint, s_store_name
        string, s_number_employees bigint, s_floor_space bigint, s_hours string, s_manager string, s_market_id bigint, s_geography_class
        string, s_market_desc string, s_market_manager string, s_division_id bigint, s_division_name string, s_company_id bigint,
        s_company_name string, s_street_number string, s_street_name string, s_street_type string, s_suite_number string, s_city string,
        s_county string, s_state string, s_zip string, s_country string, s_gmt_offset decimal(5,2), s_tax_percentage decimal(5,2)""",
        "store_returns": """sr_returned_date_sk bigint, sr_return_time_sk bigint, sr_item_sk bigint, sr_customer_sk bigint, sr_cdemo_sk
        bigint, sr_hdemo_sk bigint, sr_addr_sk bigint, sr_store_sk bigint, sr_reason_sk bigint, sr_ticket_number bigint, sr_return_quantity
        bigint, sr_return_amt decimal(7,2), sr_return_tax decimal(7,2), sr_return_amt_inc_tax decimal(7,2), sr_fee decimal(7,2),
        sr_return_ship_cost decimal(7,2), sr_refunded_cash decimal(7,2), sr_reversed_charge decimal(7,2), sr_store_credit decimal(7,2),
        sr_net_loss decimal(7,2)""",
        "store_sales": """ss_sold_date_sk bigint, ss_sold_time_sk bigint, ss_item_sk bigint, ss_customer_sk bigint, ss_cdemo_sk bigint,
        ss_hdemo_sk bigint, ss_addr_sk bigint, ss_store_sk bigint, ss_promo_sk bigint, ss_ticket_number bigint, ss_quantity bigint,
        ss_wholesale_cost decimal(7,2), ss_list_price decimal(7,2), ss_sales_price decimal(7,2), ss_ext_discount_amt decimal(7,2),
        ss_ext_sales_price decimal(7,2), ss_ext_wholesale_cost decimal(7,2), ss_ext_list_price decimal(7,2), ss_ext_tax decimal(7,2),
        ss_coupon_amt decimal(7,2), ss_net_paid decimal(7,2), ss_net_paid_inc_tax decimal(7,2), ss_net_profit decimal(7,2)""",
        "time_dim": """t_time_sk bigint, t_time_id string, t_time bigint, t_hour bigint, t_minute bigint, t_second bigint, t_am_pm string,
        t_shift string, t_sub_shift string, t_meal_time string""",
        "warehouse": """w_warehouse_sk bigint, w_warehouse_id string, w_warehouse_name string, w_warehouse_sq_ft bigint, w_street_number
        string, w_street_name string, w_street_type string, w_suite_number string, w_city string, w_county string, w_state string, w_zip
        string, w_country string, w_gmt_offset decimal(5,2)""",
        "web_page": """wp_web_page_sk bigint, wp_web_page_id string, wp_rec_start_date date, wp_rec_end_date date, wp_creation_date_sk
        bigint, wp_access_date_sk bigint, wp_autogen_flag string, wp_customer_sk bigint, wp_url string, wp_type string, wp_char_count
        bigint, wp_link_count bigint, wp_image_count bigint, wp_max_ad_count int""",
        "web_returns": """wr_returned_date_sk bigint, wr_returned_time_sk bigint, wr_item_sk bigint, wr_refunded_customer_sk bigint,
        wr_refunded_cdemo_sk bigint, wr_refunded_hdemo_sk bigint, wr_refunded_addr_sk bigint, wr_returning_customer_sk bigint,
        wr_returning_cdemo_sk bigint, wr_returning_hdemo_sk bigint, wr_returning_addr_sk bigint, wr_web_page_sk bigint, wr_reason_sk bigint,
        wr_order_number bigint, wr_return_quantity bigint, wr_return_amt decimal(7,2), wr_return_tax decimal(7,2), wr_return_amt_inc_tax
        decimal(7,2), wr_fee decimal(7,2), wr_return_ship_cost decimal(7,2), wr_refunded_cash decimal(7,2), wr_reversed_charge decimal(7,2),
        wr_account_credit decimal(7,2), wr_net_loss decimal(7,2)""",
        "web_sales": """ws_sold_date_sk bigint, ws_sold_time_sk bigint, ws_ship_date_sk bigint, ws_item_sk bigint, ws_bill_customer_sk
        bigint, ws_bill_cdemo_sk bigint, ws_bill_hdemo_sk bigint, ws_bill_addr_sk bigint, ws_ship_customer_sk bigint, ws_ship_cdemo_sk
        bigint, ws_ship_hdemo_sk bigint, ws_ship_addr_sk bigint, ws_web_page_sk bigint, ws_web_site_sk bigint, ws_ship_mode_sk bigint,
        ws_warehouse_sk bigint, ws_promo_sk bigint, ws_order_number bigint, ws_quantity bigint, ws_wholesale_cost decimal(7,2),
        ws_list_price decimal(7,2), ws_sales_price decimal(7,2), ws_ext_discount_amt decimal(7,2), ws_ext_sales_price decimal(7,2),
        ws_ext_wholesale_cost decimal(7,2), ws_ext_list_price decimal(7,2), ws_ext_tax decimal(7,2), ws_coupon_amt decimal(7,2),
        ws_ext_ship_cost decimal(7,2), ws_net_paid decimal(7,2), ws_net_paid_inc_tax decimal(7,2), ws_net_paid_inc_ship decimal(7,2),
        ws_net_paid_inc_ship_tax decimal(7,2), ws_net_profit decimal(7,2)""",
        "web_site": """web_site_sk bigint, web_site_id string, web_rec_start_date date, web_rec_end_date date, web_name string,
        web_open_date_sk bigint, web_close_date_sk bigint, web_class string, web_manager string, web_mkt_id bigint, web_mkt_class string,
        web_mkt_desc string, web_market_manager string, web_company_id bigint, web_company_name string, web_street_number string,
        web_street_name string, web_street_type string, web_suite_number string, web_city string, web_county string, web_state string,
        web_zip string, web_country string, web_gmt_offset decimal(5,2), web_tax_percentage decimal(5,2)""",
}

# How many rows a table has; facts have more.
ROWS = {"store_sales": 1200, "catalog_sales": 900, "web_sales": 900, "store_returns": 400, "catalog_returns": 300, "web_returns": 300,
        "inventory": 1200, "customer_demographics": 70, "household_demographics": 60, "customer": 80, "customer_address": 60, "item": 60,
        "time_dim": 96, "income_band": 20, "store": 8, "lineitem": 1500, "orders": 500, "partsupp": 240, "part": 60, "supplier": 25,
        "nation": 25, "region": 5}
FIRST_DAY = datetime.date(1998, 1, 1)
FIRST_DATE_SK = 2450815
DAYS = 1826                                              # to the end of 2002

# What a column holds besides its rule; the first entries of a list are the ones that queries look for.
VALUES = {
    "c_preferred_cust_flag": "Y N", "ca_city": "Edgewood|Midway|Fairview|Oakland", "ca_country": "United States",
    "ca_county": "Dona Ana County|Jefferson County|La Porte County|Rush County|Toole County|Williamson County|Orange County",
    "ca_state": "AR CA CO CT GA IA IL IN KY LA MN MS ND NJ NM OH OK OR TX VA WA WI TN",
    "ca_zip": "10144 10336 10390 85669 86197 88274 83405 86475 85392 85460 80348 81792 24128 76232 65084 87816 83926 77556 20548 26231",
    "ca_street_type": "Street Ave Blvd", "ca_location_type": "apartment condo", "cc_county": "Williamson County", "cc_name": "NY Metro|Mid Atlantic",
    "cd_education_status": "College|2 yr Degree|4 yr Degree|Advanced Degree|Unknown|Primary|Secondary", "cd_gender": "M F",
    "cd_marital_status": "M S D W U", "cd_credit_rating": "Low Risk|Good|High Risk", "hd_buy_potential": ">10000|Unknown|501-1000|1001-5000|unknown",
    "i_brand": "amalgimporto #1|edu packscholar #1|exportiimporto #1|exportiunivamalg #9|importoamalg #1|scholaramalgamalg #14|scholaramalgamalg #7|scholaramalgamalg #9|corpbrand #4",
    "i_category": "Books|Children|Electronics|Home|Jewelry|Men|Music|Sports|Women|Shoes",
    "i_class": "accessories|classical|computers|dresses|football|fragrances|maternity|pants|personal|portable|reference|self-help|shirts|stereo",
    "i_color": "blanched brown burlywood burnished chiffon cornflower cyan deep floral forest frosted ghost honeydew indian khaki light lime metallic "
               "navajo navy orchid pale papaya peach powder purple red royal salmon slate smoke spring",
    "i_size": "N/A|extra large|large|medium|petite|small|economy", "i_units": "Ounce|Oz|Bunch|Ton|N/A|Dozen|Box|Pound|Pallet|Gross|Cup|Dram|Each|Tbl|Lb|Bundle",
    "i_container": "Unknown", "i_manufact": "able|ought|bar|cally", "p_channel_dmail": "Y N", "p_channel_email": "N Y", "p_channel_event": "N Y",
    "p_channel_tv": "N Y", "r_reason_desc": "reason 28|Did not like the color|Stopped working|Gift exchange", "s_city": "Midway|Fairview|Edgewood",
    "s_county": "Williamson County|Bronx County|Franklin Parish|Orange County", "s_state": "TN GA", "s_store_name": "ese able ought", "s_zip": "85669 10144 31904",
    "sm_carrier": "DHL BARIAN UPS", "sm_type": "EXPRESS|OVERNIGHT|REGULAR", "t_meal_time": "breakfast dinner lunch", "t_am_pm": "AM PM", "web_company_name": "pri ought",
    "web_name": "site_0 site_1", "c_birth_country": "GREECE|JAPAN|TONGA", "c_salutation": "Mr. Mrs. Dr.", "c_first_name": "Anna Bo Carl Dora Emil",
    "c_last_name": "Moore Smith Jones Brown", "w_state": "TN GA", "w_county": "Williamson County", "w_country": "United States", "s_country": "United States",
    "w_warehouse_name": "Conventional childr|Important issues liv|Doors canno|Bad cards must make",
    "c_mktsegment": "BUILDING AUTOMOBILE MACHINERY", "l_returnflag": "R A N", "l_linestatus": "O F", "l_shipinstruct": "DELIVER IN PERSON|COLLECT COD|NONE",
    "l_shipmode": "AIR|AIR REG|MAIL|SHIP|RAIL", "o_orderpriority": "1-URGENT|2-HIGH|3-MEDIUM|5-LOW", "o_orderstatus": "F O P",
    "p_brand": "Brand#12 Brand#23 Brand#34 Brand#45 Brand#51", "p_mfgr": "Manufacturer#1 Manufacturer#2",
    "p_container": "LG BOX|LG CASE|LG PACK|LG PKG|MED BAG|MED BOX|MED PACK|MED PKG|SM BOX|SM CASE|SM PACK|SM PKG|JUMBO JAR",
    "p_type": "ECONOMY ANODIZED STEEL|PROMO BURNISHED COPPER|STANDARD BRUSHED BRASS|MEDIUM POLISHED TIN|SMALL PLATED BRASS",
    "p_name": "green forest almond|forest ivory lime|blush thistle blue|lemon green chiffon", "r_name": "AMERICA|ASIA|EUROPE|AFRICA|MIDDLE EAST",
    "s_comment": "quick deposits|Customer slyly Complaints|carefully ironic", "o_comment": "silent foxes|special packages requests|even ideas",
}
NUMBERS = {
    "cd_dep_count": range(0, 7), "cd_dep_employed_count": range(0, 4), "cd_dep_college_count": range(0, 4), "hd_dep_count": range(0, 10),
    "hd_vehicle_count": range(0, 5), "cd_purchase_estimate": range(500, 3000, 500), "i_manager_id": [1, 8, 28, 38, 40, 45, 60, 70, 91],
    "i_manufact_id": [128, 129, 270, 350, 423, 677, 694, 738, 808, 821, 940, 977], "i_class_id": range(1, 8), "i_category_id": range(1, 10),
    "i_brand_id": range(1001001, 1001012), "c_birth_month": range(1, 13), "c_birth_day": range(1, 29), "c_birth_year": range(1930, 1990),
    "inv_quantity_on_hand": range(0, 1000), "s_market_id": [8, 5], "s_number_employees": range(200, 300, 5), "s_floor_space": range(5000000, 9000000, 500000),
    "wp_char_count": [5000, 5100, 5200, 3000], "ss_quantity": range(1, 101), "cs_quantity": range(1, 101), "ws_quantity": range(1, 101),
    "sr_return_quantity": range(1, 40), "cr_return_quantity": range(1, 40), "wr_return_quantity": range(1, 40), "w_warehouse_sq_ft": range(100000, 900000, 70000),
    "p_response_target": [1], "ib_upper_bound": range(10000, 210000, 10000), "ss_ticket_number": range(1, 300), "cs_order_number": range(1, 250),
    "ws_order_number": range(1, 250), "p_size": [1, 3, 5, 9, 10, 14, 15, 19, 23, 36, 45, 49], "l_linenumber": range(1, 8), "ps_availqty": range(1, 9999),
    "l_quantity": range(1, 51), "s_gmt_offset": [-5, -6], "ca_gmt_offset": [-5, -7, -6], "w_gmt_offset": [-5],
}
MONEY = {"i_current_price": (50, 9999), "ss_wholesale_cost": (100, 10000), "ss_list_price": (100, 20000), "ss_sales_price": (100, 20000),
         "cs_sales_price": (100, 60000), "ws_sales_price": (100, 20000), "ss_coupon_amt": (0, 1250000), "s_tax_percentage": (0, 11), "l_discount": (0, 10),
         "l_tax": (0, 8), "c_acctbal": (-99999, 999999), "s_acctbal": (-99999, 999999), "ps_supplycost": (100, 100000), "p_retailprice": (90000, 200000),
         "l_extendedprice": (90000, 9000000), "o_totalprice": (90000, 40000000)}
# The end of a column's name → the table that it refers to.
REFERENCES = [("date_sk", "date_dim"), ("time_sk", "time_dim"), ("item_sk", "item"), ("customer_sk", "customer"), ("cdemo_sk", "customer_demographics"),
              ("hdemo_sk", "household_demographics"), ("addr_sk", "customer_address"), ("store_sk", "store"), ("promo_sk", "promotion"), ("reason_sk", "reason"),
              ("call_center_sk", "call_center"), ("catalog_page_sk", "catalog_page"), ("ship_mode_sk", "ship_mode"), ("warehouse_sk", "warehouse"),
              ("web_page_sk", "web_page"), ("web_site_sk", "web_site"), ("income_band_sk", "income_band"), ("custkey", "customer"), ("orderkey", "orders"),
              ("partkey", "part"), ("suppkey", "supplier"), ("nationkey", "nation"), ("regionkey", "region")]
NATIONS = ("ALGERIA ARGENTINA BRAZIL CANADA EGYPT ETHIOPIA FRANCE GERMANY INDIA INDONESIA IRAN IRAQ JAPAN JORDAN KENYA MOROCCO MOZAMBIQUE PERU "
           "CHINA ROMANIA|SAUDI ARABIA|VIETNAM RUSSIA|UNITED KINGDOM|UNITED STATES").replace("|", " | ")
# Returns are of sales: their columns that a sale has too, by the end of the name.
SALES = {"store_returns": ("store_sales", "sr", "ss", {"ticket_number", "item_sk", "customer_sk", "store_sk", "cdemo_sk", "hdemo_sk", "addr_sk"}),
         "catalog_returns": ("catalog_sales", "cr", "cs", {"order_number", "item_sk", "call_center_sk", "catalog_page_sk", "warehouse_sk"}),
         "web_returns": ("web_sales", "wr", "ws", {"order_number", "item_sk", "web_page_sk"})}


def row_count(table):
    return ROWS.get(table, 10)


def columns(text):
    return [tuple(entry.split()) for entry in text.replace("\n", " ").split(", ")]


def options(text):
    return text.split("|") if "|" in text else text.split(" ")


def date_row(number):
    """The row of date_dim for the day so many days after the first one, by column."""
    day = FIRST_DAY + datetime.timedelta(days=number)
    months = (day.year - 1900) * 12 + day.month - 1
    quarter = (day.month - 1) // 3 + 1
    weekday = (day.weekday() + 1) % 7
    first = day.replace(day=1)
    return {"d_date_sk": FIRST_DATE_SK + number, "d_date_id": f"AAAA{number:08d}", "d_date": day, "d_month_seq": months,
            "d_week_seq": 5114 + (number + 4) // 7, "d_quarter_seq": (day.year - 1900) * 4 + quarter, "d_year": day.year, "d_dow": weekday, "d_moy": day.month,
            "d_dom": day.day, "d_qoy": quarter, "d_fy_year": day.year, "d_fy_quarter_seq": (day.year - 1900) * 4 + quarter,
            "d_fy_week_seq": 5114 + (number + 4) // 7, "d_day_name": day.strftime("%A"), "d_quarter_name": f"{day.year}Q{quarter}", "d_holiday": "N",
            "d_weekend": "Y" if weekday in (0, 6) else "N", "d_following_holiday": "N", "d_first_dom": FIRST_DATE_SK + (first - FIRST_DAY).days,
            "d_last_dom": FIRST_DATE_SK + number, "d_same_day_ly": FIRST_DATE_SK + number - 365, "d_same_day_lq": FIRST_DATE_SK + number - 91,
            "d_current_day": "N", "d_current_week": "N", "d_current_month": "N", "d_current_quarter": "N", "d_current_year": "N"}


def referred(column):
    return next((table for end, table in REFERENCES if column.endswith(end)), None)


def reference(rng, column, is_fact):
    table = referred(column)
    if is_fact and rng.random() < 0.03:
        return None
    if table == "date_dim":
        return FIRST_DATE_SK + rng.randrange(DAYS)
    first = 0 if table in ("nation", "region", "time_dim") else 1
    step = 900 if table == "time_dim" else 1
    return (first + rng.randrange(row_count(table))) * step


def plain_value(rng, column, kind, number, is_fact):
    if column in VALUES:
        return rng.choice(options(VALUES[column]))
    if column in NUMBERS:
        value = rng.choice(NUMBERS[column])
        return decimal.Decimal(value) if kind.startswith("decimal") else value
    if kind.startswith("decimal"):
        usual = (0, 1200) if kind == "decimal(5,2)" else (-200000, 300000) if "profit" in column or "loss" in column else (0, 300000)
        low, high = MONEY.get(column, usual)
        return decimal.Decimal(rng.randrange(low, high)) / 100
    if kind in ("bigint", "int") and referred(column):
        return reference(rng, column, is_fact)
    if kind == "date":
        if column.startswith(("l_", "o_")):
            return datetime.date(1993, 1, 1) + datetime.timedelta(days=rng.randrange(2000))
        return None if column.endswith("end_date") and number % 2 else FIRST_DAY + datetime.timedelta(days=rng.randrange(DAYS))
    if kind == "string":
        # Two rows share one business key, as the versions of a dimension do.
        if column.endswith("_id"):
            return f"AAAA{number // 2:06d}"
        return f"{column} {rng.randrange(12)}"
    return rng.randrange(1, 50)


def special_value(table, column, number, rng):
    """A key, or a column that hangs on the row's place; None when the general rule is to be taken."""
    if table == "time_dim":
        second = number * 900
        return {"t_time_sk": second, "t_time": second, "t_hour": second // 3600, "t_minute": second % 3600 // 60, "t_second": 0}.get(column)
    if table == "nation":
        names = [part for piece in NATIONS.split(" | ") for part in ([piece] if piece in ("SAUDI ARABIA", "UNITED KINGDOM", "UNITED STATES") else piece.split())]
        return {"n_nationkey": number, "n_name": names[number], "n_regionkey": number % 5}.get(column)
    if table == "region":
        return {"r_regionkey": number, "r_name": options(VALUES["r_name"])[number]}.get(column)
    if table == "income_band":
        return {"ib_income_band_sk": number + 1, "ib_lower_bound": number * 10000 + 1, "ib_upper_bound": (number + 1) * 10000}.get(column)
    if table == "partsupp":
        return {"ps_partkey": number // 4 + 1, "ps_suppkey": (number // 4 + number % 4 * 6) % 25 + 1}.get(column)
    if column == "c_phone":
        return f"{rng.choice([13, 31, 23, 29, 30, 18, 17, 11])}-{number:03d}-555"
    return None


def row_of(table, fields, number, rng, base):
    is_fact = table.endswith(("_sales", "_returns", "inventory"))
    row = {}
    for place, (column, kind) in enumerate(fields):
        value = special_value(table, column, number, rng)
        if value is None and place == 0 and not is_fact and table not in ("lineitem", "partsupp"):
            value = number + 1
        if value is None and base:
            value = base.get(column)
        row[column] = plain_value(rng, column, kind, number, is_fact) if value is None else value
    return row


def base_of(table, made, rng):
    """The columns of a return that the sale decides."""
    if table not in SALES:
        return {}
    source, own, other, shared = SALES[table]
    sale = rng.choice(made[source])
    base = {f"{own}_{end}": sale.get(f"{other}_{end}") for end in shared}
    for role in ("returning", "refunded"):
        base[f"{own}_{role}_customer_sk"] = sale.get(f"{other}_bill_customer_sk")
        base[f"{own}_{role}_cdemo_sk"] = sale.get(f"{other}_bill_cdemo_sk")
        base[f"{own}_{role}_addr_sk"] = sale.get(f"{other}_bill_addr_sk")
    if sale[f"{other}_sold_date_sk"] is not None:
        base[f"{own}_returned_date_sk"] = min(sale[f"{other}_sold_date_sk"] + rng.randrange(1, 100), FIRST_DATE_SK + DAYS - 1)
    return base


def finish(table, row):
    """Columns that hang on others of the row."""
    for prefix in ("cs", "ws"):
        if table in ("catalog_sales", "web_sales") and row.get(f"{prefix}_sold_date_sk"):
            row[f"{prefix}_ship_date_sk"] = row[f"{prefix}_sold_date_sk"] + row[f"{prefix}_quantity"] % 97 + 1
    if table == "lineitem":
        row["l_commitdate"] = row["l_shipdate"] + datetime.timedelta(days=int(row["l_quantity"]) % 40 - 15)
        row["l_receiptdate"] = row["l_shipdate"] + datetime.timedelta(days=int(row["l_quantity"]) % 25 + 1)
    return row


def tables(schemas):
    """table → (columns, rows), in an order in which sales stand before their returns."""
    made = {}
    order = sorted(schemas, key=lambda name: (name.endswith("_returns"), name))
    for table in order:
        fields = columns(schemas[table])
        if table == "date_dim":
            made[table] = [date_row(number) for number in range(DAYS)]
            continue
        rng = random.Random(f"{table} 7")
        made[table] = [finish(table, row_of(table, fields, number, rng, base_of(table, made, rng))) for number in range(row_count(table))]
    return {table: (columns(schemas[table]), made[table]) for table in order}


def create_views(spark, schemas):
    for table, (fields, rows) in tables(schemas).items():
        schema = ", ".join(f"{name} {kind}" for name, kind in fields)
        data = [tuple(row[name] for name, _ in fields) for row in rows]
        spark.createDataFrame(data, schema).createOrReplaceTempView(table)
