// Runs before the first paint so that a chosen theme never flashes.
try {
  const choice = localStorage.getItem("bina-theme");
  if (choice === "bina" || choice === "bina-dark") document.documentElement.dataset.theme = choice;
} catch { /* no storage: follow the system */ }
