"""Knowledge of the shop: the table of kinds. Its order is the order of apply, so a kind stands
below what it refers to.
"""

from cg_sync.core.kind import Kind
from cg_sync.kinds.context import Context
from cg_sync.kinds.customer_group import CUSTOMER_GROUP
from cg_sync.kinds.customer_group_setting import CUSTOMER_GROUP_SETTING

KINDS: tuple[Kind[Context], ...] = (CUSTOMER_GROUP, CUSTOMER_GROUP_SETTING)
