/* Draws figures with Plotly, which is loaded when the first one is asked for. Colours come from the
   style sheet, so that a chart fits the theme; nothing is sent anywhere. */

const CONFIG = {
  responsive: true,
  displaylogo: false,
  showSendToCloud: false,
  plotlyServerURL: "",
  modeBarButtonsToRemove: ["select2d", "lasso2d"],
};
let loading;

function load(address) {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => resolve(window.Plotly);
    script.onerror = reject;
    document.head.append(script);
  });
  return loading;
}

/* What a colour of the style sheet is now, light or dark. */
function colour(name) {
  const probe = document.createElement("i");
  probe.className = `c-${name}`;
  document.body.append(probe);
  const found = getComputedStyle(probe).fill;
  probe.remove();
  return found;
}

function paint(figure) {
  const text = getComputedStyle(document.body);
  const grid = colour("grid");
  Object.assign(figure.layout, {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: text.fontFamily, size: 12, color: text.color },
    height: 340,
  });
  for (const axis of ["xaxis", "yaxis"]) {
    Object.assign(figure.layout[axis], { gridcolor: grid, linecolor: grid, zerolinecolor: grid });
  }
  for (const shape of figure.layout.shapes ?? []) shape.line.color = text.color;
  for (const trace of figure.data) {
    const own = colour(trace.meta.colour);
    if (trace.meta.as === "band") {
      trace.fillcolor = own.replace("rgb(", "rgba(").replace(")", ", 0.16)");
      trace.line.color = "rgba(0,0,0,0)";
    } else {
      trace.marker = { ...trace.marker, color: own };
      if (trace.type !== "bar") trace.line = { ...trace.line, color: own, width: 1.5 };
    }
  }
}

/* Draws the chart of a link below it; a second click takes it away. */
export async function draw(link, say) {
  const row = link.closest(".charts");
  const place = row.parentElement.querySelector(`[data-drawn="${CSS.escape(link.dataset.chart)}"]`);
  if (place) {
    window.Plotly?.purge(place);
    place.remove();
    link.setAttribute("aria-expanded", "false");
    return;
  }
  const box = document.createElement("div");
  box.className = "plotly-box";
  box.dataset.drawn = link.dataset.chart;
  row.after(box);
  link.setAttribute("aria-expanded", "true");
  say("Loading the chart");
  const [plotly, answer] = await Promise.all([load(link.dataset.plotly), fetch(link.dataset.chart)]);
  if (!answer.ok) throw new Error(answer.statusText);
  const figure = await answer.json();
  paint(figure);
  await plotly.newPlot(box, figure.data, figure.layout, CONFIG);
  box.on("plotly_click", ({ points: [point] }) => { if (point.customdata) location.assign(point.customdata); });
  say("The chart is drawn");
}
