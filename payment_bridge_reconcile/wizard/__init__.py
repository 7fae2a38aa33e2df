from . import base_partner_merge
from . import statement_import
from . import statement_line_ignore
from . import statement_line_match
from . import statement_opening
from . import statement_post
from . import month_check
from . import statement_line_match_document
from . import match_try
from . import channel_resume
from . import difference_resolve
from . import suspense_clear
from . import statement_post_many
from . import reconciliation_report
from . import dialogs  # last: it extends the others
