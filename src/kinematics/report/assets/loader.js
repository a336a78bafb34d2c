// Loads the script that the reports of one study share; without it the still pictures stay.
(function () {
  "use strict";
  var element = document.createElement("script");
  element.src = SCRIPT_NAME;
  element.onload = function () { window.dispatchEvent(new Event("plotly-ready")); };
  document.body.appendChild(element);
})();
