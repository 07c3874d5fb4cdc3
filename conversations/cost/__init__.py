"""What messages cost (C20, C22).

markets, rates, reckon, meter: arithmetic without Django. card: what staff keep in admin, held in memory. quote: what a message
would cost. report: estimated beside actual. budgets: what a month may cost. sheet: rate cards as CSV. What is written is written by
actions/costs.py.
"""
