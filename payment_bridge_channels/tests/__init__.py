from . import test_ecny_channel
from . import test_wechat_confirm
