"""The raw file's 108 columns: names and Spark types of the single-family loan performance layout."""

_LAYOUT = """
reference_pool_id; loan_id BIGINT; monthly_reporting_period; orig_channel; seller_name; servicer; master_servicer;
orig_interest_rate DOUBLE; interest_rate DOUBLE; orig_upb DOUBLE; upb_at_issuance; current_actual_upb DOUBLE; orig_loan_term INT;
orig_date; first_pay_date; loan_age DOUBLE; remaining_months_to_legal_maturity DOUBLE; adj_remaining_months_to_maturity DOUBLE;
maturity_date; orig_ltv DOUBLE; orig_cltv DOUBLE; num_borrowers DOUBLE; dti DOUBLE; borrower_credit_score DOUBLE;
coborrow_credit_score DOUBLE; first_home_buyer; loan_purpose; property_type; num_units INT; occupancy_status; property_state; msa DOUBLE;
zip INT; mortgage_insurance_percent DOUBLE; product_type; prepayment_penalty_indicator; interest_only_loan_indicator;
interest_only_first_principal_and_interest_payment_date; months_to_amortization; current_loan_delinquency_status INT;
loan_payment_history; mod_flag; mortgage_insurance_cancellation_indicator; zero_balance_code; zero_balance_effective_date;
upb_at_the_time_of_removal; repurchase_date; scheduled_principal_current; total_principal_current; unscheduled_principal_current;
last_paid_installment_date; foreclosed_after; disposition_date; foreclosure_costs DOUBLE; prop_preservation_and_repair_costs DOUBLE;
asset_recovery_costs DOUBLE; misc_holding_expenses DOUBLE; holding_taxes DOUBLE; net_sale_proceeds DOUBLE;
credit_enhancement_proceeds DOUBLE; repurchase_make_whole_proceeds; other_foreclosure_proceeds DOUBLE; non_interest_bearing_upb DOUBLE;
principal_forgiveness_upb; original_list_start_date; original_list_price; current_list_start_date; current_list_price;
borrower_credit_score_at_issuance; co-borrower_credit_score_at_issuance; borrower_credit_score_current;
co-Borrower_credit_score_current; mortgage_insurance_type DOUBLE; servicing_activity_indicator;
current_period_modification_loss_amount; cumulative_modification_loss_amount; current_period_credit_event_net_gain_or_loss;
cumulative_credit_event_net_gain_or_loss; homeready_program_indicator; foreclosure_principal_write_off_amount;
relocation_mortgage_indicator; zero_balance_code_change_date; loan_holdback_indicator; loan_holdback_effective_date;
delinquent_accrued_interest; property_valuation_method; high_balance_loan_indicator; arm_initial_fixed-rate_period_lt_5_yr_indicator;
arm_product_type; initial_fixed-rate_period; interest_rate_adjustment_frequency; next_interest_rate_adjustment_date;
next_payment_change_date; index; arm_cap_structure; initial_interest_rate_cap_up_percent; periodic_interest_rate_cap_up_percent;
lifetime_interest_rate_cap_up_percent; mortgage_margin; arm_balloon_indicator; arm_plan_number; borrower_assistance_plan;
hltv_refinance_option_indicator; deal_name; repurchase_make_whole_proceeds_flag; alternative_delinquency_resolution;
alternative_delinquency_resolution_count; total_deferral_amount
"""

COLUMNS = [(*entry.split(), "STRING")[:2] for entry in _LAYOUT.replace("\n", " ").split(";")]
assert len(COLUMNS) == 108

# The schema as a user writes it: many lines, names in back quotes.
SCHEMA = ",\n".join(f"    `{name}` {kind}" for name, kind in COLUMNS)

CATEGORICAL = ["orig_channel", "first_home_buyer", "loan_purpose", "property_type", "occupancy_status", "property_state", "product_type",
               "relocation_mortgage_indicator", "seller_name", "mod_flag"]
NUMERIC = ["orig_interest_rate", "orig_upb", "orig_loan_term", "orig_ltv", "orig_cltv", "num_borrowers", "dti", "borrower_credit_score",
           "num_units", "zip", "mortgage_insurance_percent", "current_loan_delinquency_status", "current_actual_upb", "interest_rate",
           "loan_age", "msa", "non_interest_bearing_upb"]
LABEL = "delinquency_12"

# Canonical seller and the spellings in which the files name it.
SELLERS = {
    "Wells Fargo": ["WELLS FARGO BANK, N.A.", "WELLS FARGO BANK, NA", "WELLS FARGO CREDIT RISK TRANSFER SECURITIES TRUST 2015"],
    "JP Morgan Chase": ["JPMORGAN CHASE BANK, NATIONAL ASSOCIATION", "JPMORGAN CHASE BANK, NA", "JP MORGAN CHASE BANK, NA", "CHASE HOME FINANCE, LLC"],
    "Bank of America": ["BANK OF AMERICA, N.A.", "BANK OF AMERICA NA"],
    "Quicken Loans": ["QUICKEN LOANS INC.", "QUICKEN LOANS, LLC", "ROCKET MORTGAGE, LLC"],
    "PennyMac": ["PENNYMAC CORP.", "PENNYMAC LOAN SERVICES, LLC"],
    "US Bank": ["U.S. BANK N.A.", "US BANK NA"],
    "Citi": ["CITIMORTGAGE, INC.", "CITIBANK, N.A."],
    "Flagstar Bank": ["FLAGSTAR BANK, FSB", "FLAGSTAR BANK, NATIONAL ASSOCIATION"],
    "Truist": ["SUNTRUST MORTGAGE INC.", "TRUIST BANK (FORMERLY SUNTRUST BANK)"],
    "LoanDepot": ["LOANDEPOT.COM, LLC", "loanDepot.com, LLC"],
    "Fifth Third Bank": ["FIFTH THIRD BANK", "FIFTH THIRD BANK, NATIONAL ASSOCIATION"],
    "Guild Mortgage": ["GUILD MORTGAGE COMPANY", "GUILD MORTGAGE COMPANY LLC"],
    "United Wholesale Mortgage": ["UNITED SHORE FINANCIAL SERVICES, LLC D/B/A UNITED WHOLESALE MORTGAGE", "UNITED WHOLESALE MORTGAGE, LLC"],
    "Caliber Home Loans": ["CALIBER HOME LOANS, INC."],
    "Other": ["OTHER", "Other"],
}
UNMAPPED_SELLERS = ["PRAIRIE STATES CREDIT UNION", "HARBOR REGIONAL LENDING, LLC"]


def seller_pairs():
    """(upper-cased spelling, canonical name), sorted."""
    return sorted({(spelling.upper(), name) for name, spellings in SELLERS.items() for spelling in spellings})
