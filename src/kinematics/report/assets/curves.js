// Draws the curves with plotly where JavaScript runs; the still pictures stay for print and for readers without it.
(function () {
  "use strict";
  var source = document.getElementById("curve-data");
  var section = document.getElementById("curves");
  if (!source || !section) { return; }
  var sets = JSON.parse(source.textContent);
  var choice = document.getElementById("curve-choice");
  var strides = document.getElementById("curve-strides");

  function unpack(trace) {
    if (!trace.packed) { return trace; }
    var x = [], y = [];
    trace.packed.y.forEach(function (row) {
      var height = 0;
      row.forEach(function (step, place) {
        height += step;
        x.push(trace.packed.x[place]);
        y.push(height / trace.packed.per_deg);
      });
      x.push(null);
      y.push(null);
    });
    delete trace.packed;
    trace.x = x;
    trace.y = y;
    return trace;
  }

  function showStrides(target) {
    var places = [];
    target.data.forEach(function (trace, place) { if (trace.meta === "stride") { places.push(place); } });
    if (places.length) { window.Plotly.restyle(target, { visible: strides.checked }, places); }
  }

  function draw(figure) {
    var target = document.getElementById(figure.div_id);
    if (!target || target.closest("[hidden]") || target.closest("details:not([open])")) { return; }
    if (!figure.drawn) {
      figure.drawn = true;
      figure.data.forEach(unpack);
      figure.data.forEach(function (trace) { if (trace.meta === "stride") { trace.visible = strides.checked; } });
      window.Plotly.newPlot(target, figure.data, figure.layout, figure.config);
      target.parentNode.classList.add("drawn");
    } else {
      showStrides(target);
    }
  }

  function update() {
    sets.forEach(function (set, place) {
      var block = document.getElementById("set-" + set.key);
      block.hidden = choice ? choice.value !== set.key : place > 0;
      if (!block.hidden) { set.figures.forEach(draw); }
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
