#!/usr/bin/env python3
"""Writes seeded mortgage data: one raw `|`-separated file of 108 columns per quarter, and truth.json with what the pipeline must find.

    generate.py --out DIR [--loans 15000] [--quarters 4] [--seed 42]      # loans per quarter; about 500 MB by default

The same arguments give the same bytes. The truth (rows, labels) is computed from the simulated histories, not by a database.
"""
import argparse
import json
import os

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from columns import COLUMNS, SELLERS, UNMAPPED_SELLERS

MONTHS = 28
LOOK_AHEAD = 12
CHUNK_LOANS = 5_000
STATES = ("CA TX FL NY IL PA OH GA NC MI NJ VA WA AZ MA TN IN MO MD WI CO MN SC AL LA KY OR OK CT UT PR IA NV AR MS KS NM NE ID WV "
          "HI NH ME MT RI DE SD ND AK VT WY DC GU VI").split()


def month_text(months):
    """Month numbers (12 * year + month - 1) as 'MMYYYY'."""
    months = np.asarray(months)
    low = int(months.min())
    table = np.array([f"{m % 12 + 1:02d}{m // 12}" for m in range(low, int(months.max()) + 1)])
    return table[months - low]


def skewed(random, count, choices, exponent):
    """Indices whose frequency falls off with their rank."""
    weight = np.arange(1, choices + 1) ** -exponent
    return random.choice(choices, count, p=weight / weight.sum())


def originate(random, count, quarter):
    """What is fixed when a loan begins."""
    pick = lambda values, shares: np.array(values)[random.choice(len(values), count, p=shares)]
    loans = {
        "score": np.clip(random.normal(748, 48, count), 520, 840).round(),
        "ltv": np.clip(random.normal(72, 17, count), 4, 97).round(),
        "dti": np.clip(random.normal(35, 9, count), 3, 55).round(),
        "upb": (np.exp(random.normal(12.4, .5, count)) / 1000).round().clip(12, 2000) * 1000,
        "term": pick([360, 180, 240, 120], [.74, .18, .06, .02]),
        "borrowers": pick([1, 2, 3, 4], [.5, .47, .02, .01]),
        "units": pick([1, 2, 3, 4], [.97, .02, .005, .005]),
        "channel": pick(["R", "C", "B"], [.5, .35, .15]), "buyer": pick(["N", "Y"], [.8, .2]),
        "purpose": pick(["P", "C", "R"], [.43, .27, .30]), "property": pick(["SF", "PU", "CO", "MH", "CP"], [.62, .27, .09, .01, .01]),
        "occupancy": pick(["P", "I", "S"], [.88, .08, .04]), "relocation": pick(["N", "Y"], [.99, .01]),
        "state": skewed(random, count, len(STATES), .6),
    }
    spellings = [s for names in SELLERS.values() for s in names] + UNMAPPED_SELLERS
    loans["seller"] = np.array(spellings)[skewed(random, count, len(spellings), .7)]
    loans["zip"] = (loans["state"] * 18 + random.integers(0, 18, count)) % 1000
    loans["msa"] = np.where(random.random(count) < .12, 0, 10_000 + loans["zip"] * 37 % 39_740)
    loans["rate"] = np.round(np.clip(3.3 + (745 - loans["score"]) / 180 + (loans["ltv"] - 70) / 90
                                     + random.normal(0, .35, count), 1.5, 8.625) * 8) / 8
    loans["cltv"] = np.maximum(loans["ltv"], (loans["ltv"] + random.exponential(1.5, count)).clip(4, 105).round())
    loans["insurance"] = np.where(loans["ltv"] > 80, pick([12, 25, 30, 35], [.1, .4, .4, .1]), 0)
    year, of_year = 2020 + quarter // 4, quarter % 4
    loans["origin"] = 12 * year + 3 * of_year + random.integers(0, 3, count)
    return loans


def live(random, loans):
    """Months delinquent, and how each month ends (0 goes on, 1 prepaid, 9 lost); -1 after the end."""
    count = len(loans["score"])
    risk = ((700 - loans["score"]) / 45 + (loans["ltv"] - 75) / 18 + (loans["dti"] - 36) / 10 + (loans["rate"] - 3.5) * .8)
    worse = 1 / (1 + np.exp(-(risk - 4.4)))
    status, ending = np.zeros((count, MONTHS), np.int64), np.full((count, MONTHS), -1)
    now, alive = np.zeros(count, np.int64), np.ones(count, bool)
    for month in range(MONTHS):
        chance = random.random(count)
        roll = np.where(now == 0, worse, np.minimum(.45 + .6 * worse + .05 * now, .97))
        cure = np.where(now > 0, .38 * np.exp(-.28 * now), 0)
        now = np.where(chance < roll, now + 1, np.where(chance > 1 - cure, 0, now))
        status[:, month] = now
        prepaid = alive & (now == 0) & (random.random(count) < .012) & (month > 2)
        lost = alive & (now >= 12) & (random.random(count) < .15)
        ending[alive, month] = 0
        ending[prepaid, month], ending[lost, month] = 1, 9
        alive &= ~(prepaid | lost)
    return status, ending


def look_ahead_labels(status, balance, kept):
    """delinquency_12 of the kept rows: the worst status and the least balance of the rows of the next twelve months, this one included."""
    count = status.shape[0]
    worst, least = np.full((count, MONTHS), -1), np.full((count, MONTHS), np.inf)
    for ahead in range(LOOK_AHEAD):
        width = MONTHS - ahead
        seen = kept[:, ahead:]
        worst[:, :width] = np.maximum(worst[:, :width], np.where(seen, status[:, ahead:], -1))
        least[:, :width] = np.minimum(least[:, :width], np.where(seen, balance[:, ahead:], np.inf))
    return (worst > 9).astype(int) + (worst > 6) + (worst > 3) + (least == 0)


def chunk(seed, quarter, start, count):
    """Arrow table of the monthly rows of some loans, and the counts of labels among the rows that the pipeline keeps."""
    random = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, quarter, start])))
    loans = originate(random, count, quarter)
    status, ending = live(random, loans)
    unknown = random.random((count, MONTHS)) < .0008                   # written as XX: null for a reader of integers
    age = np.arange(MONTHS)
    balance = np.round(loans["upb"][:, None] * (1 - age / loans["term"][:, None] * .6), 2)
    balance[:, :6] = balance[:, :6].round(-3)
    balance[ending > 0] = 0.0
    visible = np.where(unknown, -1, status)
    labels = look_ahead_labels(visible, balance, (ending == 0))
    truth = np.bincount(labels[ending == 0], minlength=4)

    loan, month = np.nonzero(ending >= 0)
    s, end = status[loan, month], ending[loan, month]
    over, lost = end > 0, end == 9
    now = loans["origin"][loan] + 1 + month
    modified = (s == 0) & (status[loan, np.maximum(month - 1, 0)] >= 6)
    two_digits = np.array([f"{i:02d}" for i in range(100)] + ["XX"])
    of_loan = lambda values: pa.array(values).take(pa.array(loan))
    of_row = lambda values, null=None: pa.array(values, mask=null)
    money = lambda high: of_row(np.round(random.random(len(loan)) * high, 2), ~lost)
    identity = 100_000_000_000 + quarter * 1_000_000_000 + (start + np.arange(count)) * 997
    known = {
        "loan_id": of_loan(identity), "monthly_reporting_period": of_row(month_text(now)), "orig_channel": of_loan(loans["channel"]),
        "seller_name": of_loan(loans["seller"]), "servicer": of_loan(np.char.lower(loans["seller"])), "orig_interest_rate": of_loan(loans["rate"]),
        "interest_rate": of_row(loans["rate"][loan] - np.where(modified, .5, 0)), "orig_upb": of_loan(loans["upb"]),
        "current_actual_upb": of_row(balance[loan, month]), "orig_loan_term": of_loan(loans["term"]), "orig_date": of_loan(month_text(loans["origin"])),
        "first_pay_date": of_loan(month_text(loans["origin"] + 2)), "loan_age": of_row(month), "remaining_months_to_legal_maturity": of_row(loans["term"][loan] - month),
        "adj_remaining_months_to_maturity": of_row(loans["term"][loan] - month, over), "maturity_date": of_loan(month_text(loans["origin"] + 1 + loans["term"])),
        "orig_ltv": of_loan(loans["ltv"]), "orig_cltv": of_loan(loans["cltv"]), "num_borrowers": of_loan(loans["borrowers"]),
        "dti": pa.array(loans["dti"], mask=random.random(count) < .02).take(pa.array(loan)),
        "borrower_credit_score": pa.array(loans["score"], mask=random.random(count) < .003).take(pa.array(loan)),
        "coborrow_credit_score": pa.array((loans["score"] + random.normal(0, 20, count)).clip(520, 840).round(), mask=random.random(count) < .52).take(pa.array(loan)),
        "first_home_buyer": of_loan(loans["buyer"]), "loan_purpose": of_loan(loans["purpose"]), "property_type": of_loan(loans["property"]),
        "num_units": of_loan(loans["units"]), "occupancy_status": of_loan(loans["occupancy"]), "property_state": of_loan(np.array(STATES)[loans["state"]]),
        "msa": of_loan(loans["msa"]), "zip": of_loan(np.char.zfill(loans["zip"].astype("U3"), 3)),
        "mortgage_insurance_percent": pa.array(loans["insurance"], mask=loans["insurance"] == 0).take(pa.array(loan)), "product_type": of_loan(np.full(count, "FRM")),
        "current_loan_delinquency_status": of_row(two_digits[np.where(unknown[loan, month], 100, np.minimum(s, 99))]),
        "loan_payment_history": of_row(np.char.add(two_digits[np.minimum(s, 99)], "00" * 23)), "mod_flag": of_row(np.where(modified, "Y", "N")),
        "zero_balance_code": of_row(np.where(lost, "09", "01"), ~over), "zero_balance_effective_date": of_row(month_text(now), ~over),
        "last_paid_installment_date": of_row(month_text(now - s), ~lost), "foreclosed_after": of_row(month_text(now), ~lost),
        "disposition_date": of_row(month_text(now + 3), ~lost), "foreclosure_costs": money(9000), "prop_preservation_and_repair_costs": money(5000),
        "asset_recovery_costs": money(2000), "misc_holding_expenses": money(1500), "holding_taxes": money(6000), "net_sale_proceeds": money(200000),
        "credit_enhancement_proceeds": money(30000), "other_foreclosure_proceeds": money(3000), "non_interest_bearing_upb": of_row(np.where(modified, 1000.0, 0.0)),
        "mortgage_insurance_type": pa.array((loans["insurance"] > 0).astype(int), mask=loans["insurance"] == 0).take(pa.array(loan)),
        "servicing_activity_indicator": of_row(np.where(random.random(len(loan)) < .01, "Y", "N")), "relocation_mortgage_indicator": of_loan(loans["relocation"]),
        "homeready_program_indicator": of_loan(np.full(count, "N")), "high_balance_loan_indicator": of_loan(np.where(loans["upb"] > 510_400, "Y", "N")),
    }
    empty = pa.nulls(len(loan), pa.string())
    names = [name for name, _ in COLUMNS]
    return pa.table([known.get(name, empty) for name in names], names), truth


def generate(folder, loans, quarters, seed):
    """Fills a folder; gives the truth."""
    os.makedirs(folder, exist_ok=True)
    options = arrow_csv.WriteOptions(include_header=False, delimiter="|", quoting_style="none")
    truth = {"loans": loans * quarters, "raw_rows": 0, "labels": np.zeros(4, np.int64), "bytes": 0, "arguments": [loans, quarters, seed]}
    for quarter in range(quarters):
        path = os.path.join(folder, f"{2020 + quarter // 4}Q{quarter % 4 + 1}.csv")
        with open(path, "wb") as f:
            for start in range(0, loans, CHUNK_LOANS):
                table, labels = chunk(seed, quarter, start, min(CHUNK_LOANS, loans - start))
                arrow_csv.write_csv(table, f, options)
                truth["raw_rows"] += table.num_rows
                truth["labels"] += labels
        truth["bytes"] += os.path.getsize(path)
    truth["labels"] = [int(n) for n in truth["labels"]]
    truth["rows"] = sum(truth["labels"])
    with open(os.path.join(folder, "truth.json"), "w") as f:
        json.dump(truth, f, indent=1)
    return truth


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    parser.add_argument("--loans", type=int, default=15_000, help="loans per quarter")
    parser.add_argument("--quarters", type=int, default=4)
    parser.add_argument("--seed", type=int, default=42)
    a = parser.parse_args()
    truth = generate(a.out, a.loans, a.quarters, a.seed)
    print(f"{truth['raw_rows']:,} rows of {truth['loans']:,} loans, {truth['bytes'] / 1e6:.0f} MB in {a.out}")


if __name__ == "__main__":
    main()
