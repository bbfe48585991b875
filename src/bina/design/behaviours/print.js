// Shows a print button where the browser can print, and prints the page.
export default function printPage(button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
