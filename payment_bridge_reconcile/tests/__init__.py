from . import test_calendar
from . import test_control
from . import test_load
from . import test_match
from . import test_passes
from . import test_post
from . import test_properties
from . import test_rights
