// A button that opens the browser's print window; without JavaScript it stays hidden and the browser's own menu prints.
export default (button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
};
