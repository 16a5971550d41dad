const frames = [...document.querySelectorAll(".f")].map(e => ({
  e,
  x: parseFloat(e.getAttribute("x")),
  w: parseFloat(e.getAttribute("width")),
  y: parseFloat(e.getAttribute("y")),
}));
const show = z => frames.forEach(f => {
  const below = f.y > z.y;
  const near = 1e-6;
  const seen = below
    ? f.x <= z.x + near && f.x + f.w >= z.x + z.w - near
    : f.x >= z.x - near && f.x + f.w <= z.x + z.w + near;
  f.e.style.display = seen ? "" : "none";
  f.e.setAttribute("x", (below ? 0 : (f.x - z.x) / z.w * 100) + "%");
  f.e.setAttribute("width", (below ? 100 : f.w / z.w * 100) + "%");
});
frames.forEach(f => f.e.addEventListener("click", () => show(f)));
