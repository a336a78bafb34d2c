// Draws the curves with plotly where JavaScript runs; the still pictures stay for print and for readers without it.
(function () {
  "use strict";
  var source = document.getElementById("curve-data");
  var section = document.getElementById("curves");
  if (!source || !section) { return; }
  var sets = JSON.parse(source.textContent);
  var choice = document.getElementById("curve-choice");
  var strides = document.getElementById("curve-strides");

  // The rows of a set in degrees: starts and steps between neighbours, in base64 (packing.py).
  function degrees(packed) {
    if (packed.rows) { return packed.rows; }
    var text = window.atob(packed.steps), bytes = new Uint8Array(text.length);
    for (var at = 0; at < text.length; at += 1) { bytes[at] = text.charCodeAt(at); }
    var view = new DataView(bytes.buffer), n = packed.points - 1;
    packed.rows = packed.starts.map(function (height, row) {
      var line = [height / packed.per_deg];
      for (var place = row * n; place < (row + 1) * n; place += 1) {
        height += packed.bits === 16 ? view.getInt16(2 * place, true) : view.getInt8(place);
        line.push(height / packed.per_deg);
      }
      return line;
    });
    return packed.rows;
  }

  function copy(value) { return JSON.parse(JSON.stringify(value)); }

  function unpack(set, trace) {
    var whole = copy(set.styles[trace[0]]);
    var packed = set[whole.draws === "strides" ? "strides" : "lines"];
    var rows = degrees(packed).slice(trace[1], trace[2]);
    var percent = [];
    for (var place = 0; place < packed.points; place += 1) { percent.push(place * 100 / (packed.points - 1)); }
    if (whole.draws === "band") {
      whole.x = percent.concat(percent.slice().reverse());
      whole.y = rows[0].concat(rows[1].slice().reverse());
    } else if (whole.draws === "strides") {
      whole.x = [];
      whole.y = [];
      rows.forEach(function (row) {
        whole.x.push.apply(whole.x, percent.concat(null));
        whole.y.push.apply(whole.y, row.concat(null));
      });
    } else {
      whole.x = percent;
      whole.y = rows[0].slice();
    }
    delete whole.draws;
    return whole;
  }

  function showStrides(target) {
    var places = [];
    target.data.forEach(function (trace, place) { if (trace.meta === "stride") { places.push(place); } });
    if (places.length) { window.Plotly.restyle(target, { visible: strides.checked }, places); }
  }

  function draw(set, figure) {
    var target = document.getElementById(figure.div_id);
    if (!target || target.closest("[hidden]") || target.closest("details:not([open])")) { return; }
    if (!figure.drawn) {
      figure.drawn = true;
      figure.data = figure.data.map(function (trace) { return unpack(set, trace); });
      figure.layout = Object.assign(copy(set.layout), figure.layout);
      figure.data.forEach(function (trace) { if (trace.meta === "stride") { trace.visible = strides.checked; } });
      window.Plotly.newPlot(target, figure.data, figure.layout, copy(set.config));
      target.parentNode.classList.add("drawn");
    } else {
      showStrides(target);
    }
  }

  function update() {
    sets.forEach(function (set, place) {
      var block = document.getElementById("set-" + set.key);
      block.hidden = choice ? choice.value !== set.key : place > 0;
      if (!block.hidden) { set.figures.forEach(function (figure) { draw(set, figure); }); }
    });
  }

  function save(button) {
    var line = button.closest(".save");
    var target = line.closest(".panel").querySelector(".plot");
    var size = { format: button.dataset.format, filename: line.dataset.name, width: 900, height: 560, scale: 2 };
    window.Plotly.downloadImage(target, size);
  }

  function begin() {
    section.classList.add("live");
    if (choice) { choice.addEventListener("change", update); }
    strides.addEventListener("change", update);
    section.querySelectorAll("details").forEach(function (element) { element.addEventListener("toggle", update); });
    section.querySelectorAll(".save button").forEach(function (button) {
      button.addEventListener("click", function () { save(button); });
    });
    update();
  }

  if (window.Plotly) { begin(); } else { window.addEventListener("plotly-ready", begin); }
})();
