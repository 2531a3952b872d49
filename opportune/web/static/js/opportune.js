// The one script of every page. Each element below works on its own; pages work without any of them.
import "./elements/op-bell.js";
import "./elements/op-board.js";
import "./elements/op-columns.js";
import "./elements/op-combobox.js";
import "./elements/op-dialog.js";
import "./elements/op-drawer.js";
import "./elements/op-flyout.js";
import "./elements/op-inline.js";
import "./elements/op-keys.js";
import "./elements/op-list.js";
import "./elements/op-menu.js";
import "./elements/op-stamp.js";
import "./elements/op-theme.js";
import "./elements/op-toasts.js";
import "./lists.js";
