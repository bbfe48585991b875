// SCORM 2004 for the pages of one package: the API they look for, filled with what was kept, and kept again as they speak.
import { Scorm2004API } from "scorm-again/scorm2004/min";
import { isOffered, openLine, spoken } from "../../packages/sandbox/parts/line.js";

if (window.bina && !isOffered("API_1484_11")) {
  const line = openLine();
  const api = new Scorm2004API({ autocommit: false, lmsCommitUrl: false, logLevel: 5 });
  api.loadFromFlattenedJSON(line.values);
  const keep = (ended, wait) => line.keep(spoken(api.getFlattenedCMI()), ended, wait);
  api.on("SetValue.cmi.*", () => keep(false));
  api.on("Commit", () => keep(false, 0));
  api.on("Terminate", () => keep(true, 0));
  window.API_1484_11 = api;
}
