// Saves the tables that the page holds as CSV files.
(function () {
  "use strict";
  var source = document.getElementById("table-data");
  var section = document.getElementById("save");
  if (!source || !section) { return; }
  var tables = JSON.parse(source.textContent);
  section.querySelectorAll("button[data-table]").forEach(function (button) {
    button.addEventListener("click", function () {
      var name = button.dataset.table;
      var link = document.createElement("a");
      var file = new Blob(["\ufeff" + tables[name]], { type: "text/csv;charset=utf-8" });
      link.href = URL.createObjectURL(file);
      link.download = name;
      link.click();
      setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
    });
  });
  section.classList.add("live");
})();
