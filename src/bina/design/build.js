// Builds what browsers load: one style sheet, one script, modules loaded where needed, one icon sprite.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const design = join(import.meta.dirname);
const house = join(design, "..");
const out = join(design, "static", "bina");
mkdirSync(out, { recursive: true });

execFileSync(process.execPath, [
  join(house, "..", "..", "node_modules", "@tailwindcss", "cli", "dist", "index.mjs"),
  "-i", join(design, "theme", "bina.css"), "-o", join(out, "bina.css"), "--minify",
], { stdio: ["ignore", "ignore", "inherit"] });

const walk = (folder) => readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
  const path = join(folder, entry.name);
  return entry.isDirectory() ? (["node_modules", "static", "__pycache__"].includes(entry.name) ? [] : walk(path)) : [path];
});
const files = walk(house);

// Every file in any room's behaviours/ folder becomes one small module of the same name.
const scripts = files.filter((path) => /behaviours\/[^/]+\.js$/.test(path.replaceAll("\\", "/")));
await build({ entryPoints: scripts, outdir: out, entryNames: "[name]", bundle: true, minify: true, format: "esm", target: "es2020", logLevel: "warning" });

// Any room's sandbox/*.js runs beside strangers' content in a frame: a closed script that leaves no names behind.
const closed = files.filter((path) => /sandbox\/[^/]+\.js$/.test(path.replaceAll("\\", "/")));
await build({ entryPoints: closed, outdir: out, entryNames: "[name]", bundle: true, minify: true, format: "iife", target: "es2020", logLevel: "warning" });

// The player of H5P contents takes its core, looks and letters from files of its own.
const player = join(house, "..", "..", "node_modules", "h5p-standalone", "dist");
for (const part of ["frame.bundle.js", "styles", "fonts", "images"]) cpSync(join(player, part), join(out, "h5p", part), { recursive: true });

// Only the icons that templates or menus name go into the sprite.
const names = new Set();
for (const path of files.filter((file) => /\.(html|py)$/.test(file))) {
  const text = readFileSync(path, "utf8");
  // Menus name theirs as the third argument of Place; a template may list names that it picks at run time.
  for (const match of text.matchAll(/Place\(\s*_\("[^"]*"\),\s*"[^"]+",\s*"([a-z0-9-]+)"/g)) names.add(match[1]);
  for (const match of text.matchAll(/empty\(.*?"([a-z][a-z0-9-]*)"\) ?[%}]/g)) names.add(match[1]);
  for (const match of text.matchAll(/\{# icons: ([a-z0-9 -]+) #\}/g)) match[1].trim().split(/\s+/).forEach((name) => names.add(name));
  for (const match of text.matchAll(/icon(?:_name)?\s*(?:\(|=|:)\s*["']([a-z0-9-]+)["']/g)) names.add(match[1]);
}
const symbols = [...names].sort().map((name) => {
  let svg;
  try { svg = readFileSync(join(house, "..", "..", "node_modules", "lucide-static", "icons", `${name}.svg`), "utf8"); }
  catch { throw new Error(`No Lucide icon is called “${name}”.`); }
  const inner = svg.replace(/<!--.*?-->/gs, "").replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").replace(/\s+/g, " ").trim();
  return `<symbol id="${name}" viewBox="0 0 24 24">${inner}</symbol>`;
});
writeFileSync(join(out, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);
writeFileSync(join(out, "mark.svg"), `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="#e6a23c"/><path d="M11 7v18m0-8a5 5 0 1 1 0 3" fill="none" stroke="#3b2a10" stroke-width="3.4" stroke-linecap="round"/></svg>`);
