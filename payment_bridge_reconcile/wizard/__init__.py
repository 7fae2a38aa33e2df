from . import statement_import
from . import statement_line_ignore
from . import statement_line_match
from . import statement_opening
from . import statement_post
from . import month_check
from . import statement_post_many
from . import reconciliation_report
