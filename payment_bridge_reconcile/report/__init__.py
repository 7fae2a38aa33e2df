from . import reconciliation_figures
from . import reconciliation_report
