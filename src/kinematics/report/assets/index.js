// Sorts and searches the table of sessions; without JavaScript the table is simply there.
(function () {
  "use strict";
  var table = document.getElementById("sessions");
  var search = document.getElementById("search");
  var state = document.getElementById("state");
  var count = document.getElementById("count");
  if (!table || !search) { return; }
  var body = table.tBodies[0];
  var rows = Array.prototype.slice.call(body.rows);
  var words = rows.map(function (row) { return row.textContent.toLowerCase(); });

  function filter() {
    var wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    var shown = 0;
    rows.forEach(function (row, place) {
      var fits = (!state.value || row.dataset.state === state.value) &&
        wanted.every(function (word) { return words[place].indexOf(word) >= 0; });
      if (row.hidden === fits) { row.hidden = !fits; }
      shown += fits ? 1 : 0;
    });
    count.textContent = count.dataset.words.replace("{shown}", shown).replace("{total}", rows.length);
  }

  function sortBy(header, column) {
    var down = header.getAttribute("aria-sort") === "ascending";
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (cell) { cell.removeAttribute("aria-sort"); });
    header.setAttribute("aria-sort", down ? "descending" : "ascending");
    var order = new Intl.Collator(document.documentElement.lang, { numeric: true }).compare;
    var sorted = rows.slice().sort(function (one, other) {
      return order(one.cells[column].textContent.trim(), other.cells[column].textContent.trim());
    });
    if (down) { sorted.reverse(); }
    sorted.forEach(function (row) { body.appendChild(row); });
  }

  Array.prototype.forEach.call(table.tHead.rows[0].cells, function (header, column) {
    header.querySelector("button").addEventListener("click", function () { sortBy(header, column); });
  });
  search.addEventListener("input", filter);
  state.addEventListener("change", filter);
  document.getElementById("tools").hidden = false;
  filter();
})();
