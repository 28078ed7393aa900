"""The colours of the workbook, as its Help sheet explains them."""

from formats.excel.sheets import HeaderLook
from formats.headers import GROUPS

SYSTEM_FIELDS = HeaderLook("#1F3A5F")
PROPERTIES = HeaderLook("#2F75B5")
ATTRIBUTES = HeaderLook("#3A7D44")
COLLECTION = HeaderLook("#8A6D1B")
MANDATORY = HeaderLook("#B03A2E")
ERRORS = HeaderLook("#7B3F61")

BY_GROUP = {GROUPS[None]: SYSTEM_FIELDS, GROUPS["property"]: PROPERTIES, GROUPS["attribute"]: ATTRIBUTES}

LEGEND = (
    ("SYSTEM FIELDS", SYSTEM_FIELDS),
    ("ATTRIBUTES", ATTRIBUTES),
    ("COLLECTION ATTRIBUTES", COLLECTION),
    ("PROPERTIES", PROPERTIES),
    ("MANDATORY", MANDATORY),
)
"""In the order of the template's Help sheet."""

ERROR_ROW = {"bg_color": "#FDF0EE"}
ERROR_STATE = {"bg_color": "#F6C7C1", "font_color": "#8C1D18", "bold": True}
TITLE = {"bold": True, "font_size": 16, "font_color": "#1F3A5F"}
HEADING = {"bold": True, "font_size": 11, "font_color": "#1F3A5F", "bottom": 1, "bottom_color": "#9DB2C9"}
KEY = {"bold": True, "font_color": "#44546A", "valign": "top"}
VALUE = {"valign": "top", "text_wrap": True, "num_format": "@", "align": "left"}
NOTICE = {"bold": True, "font_color": "#8C1D18", "bg_color": "#FCE8E6", "text_wrap": True, "valign": "vcenter"}
FAINT = "#7F7F7F"
