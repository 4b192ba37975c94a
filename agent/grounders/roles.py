"""What a thing on a screen may be, and the words that people have for it."""

from typing import Literal

Role = Literal["button", "link", "field", "select", "check", "tab", "menu", "heading", "column", "icon", "text"]

ROLE_WORDS: dict[Role, str] = {
    "field": "field|input|input field|input box|text field|text input|text box|textbox|text area|textarea|entry|box|bar"
    "|entry field"
    "|输入框|文本框|搜索框|密码框|文本域|入力欄|入力フィールド|テキストボックス|テキストエリア|フィールド|検索欄|検索ボックス|欄",
    "check": "checkbox|check box|tick box|radio|radio button|radio option|toggle|toggle switch|switch"
    "|复选框|勾选框|单选按钮|单选框|开关|チェックボックス|ラジオボタン|トグル|スイッチ",
    "select": "dropdown|drop-down|dropdown list|drop-down list|dropdown menu|drop-down menu|dropdown field|select"
    "|select box|select field|combobox|combo box|list box|listbox|selector"
    "|下拉框|下拉菜单|下拉列表|选择框|ドロップダウン|プルダウン|プルダウンメニュー|セレクトボックス|コンボボックス",
    "button": "button|push button|submit button|按钮|按鈕|ボタン",
    "link": "link|hyperlink|链接|連結|リンク",
    "tab": "tab|标签页|选项卡|タブ",
    "menu": "menu item|menu entry|menu option|menu|菜单项|菜单|メニュー項目|メニュー",
    "heading": "heading|header|title|标题|見出し",
    "column": "column|列|カラム",
    "icon": "icon|image|picture|图标|图片|アイコン|画像",
    "text": "text|line|label|item|option|entry|element|cell|value|文字|文本|选项|テキスト|項目|文言|値",
}
ROLE_OF: dict[str, Role] = {word: role for role, words in reversed(ROLE_WORDS.items()) for word in words.split("|")}
