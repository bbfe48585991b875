// A button that prints the page; it shows itself only where scripts run.
export default (element) => {
  const button = element.querySelector("[data-print]");
  button.hidden = false;
  button.addEventListener("click", () => window.print());
};
