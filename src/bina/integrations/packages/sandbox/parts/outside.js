// Links and windows of a package that lead out of its folder. A window opened from a closed frame stays closed like it, without
// storage of its own, and most places outside do not work so; in the frame itself nothing from elsewhere may load. The address is
// told to the page around instead, which shows it: the learner sees where it leads and opens it like any other link.
// This helps honest packages and guards nothing: that is the work of the policy. Windows of the package's own pages open as they did.
export function leadOutside(folder, tell) {
  // A window of its own has no page around that could show an address.
  if (window.top === window) return;
  const outside = (address) => {
    try {
      const { protocol, href } = new URL(address, document.baseURI);
      return /^https?:$/.test(protocol) && !href.startsWith(folder) ? href : "";
    } catch { return ""; }
  };
  const open = window.open;
  window.open = (address, ...more) => {
    const there = outside(String(address ?? ""));
    if (!there) return open.call(window, address, ...more);
    tell({ outcome: "outside", address: there });
    return null;
  };
  // After the package's own listeners, which may have something else in mind.
  window.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href], area[href]") : null;
    const there = link && !event.defaultPrevented ? outside(link.href) : "";
    if (!there) return;
    event.preventDefault();
    tell({ outcome: "outside", address: there });
  });
}
