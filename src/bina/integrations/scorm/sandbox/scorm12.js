// SCORM 1.2 for the pages of one package: the API they look for, filled with what was kept, and kept again as they speak.
import { Scorm12API } from "scorm-again/scorm12/min";
import { isOffered, openLine, spoken } from "../../packages/sandbox/parts/line.js";

if (window.bina && !isOffered("API")) {
  const line = openLine();
  const api = new Scorm12API({ autocommit: false, lmsCommitUrl: false, logLevel: 5 });
  api.loadFromFlattenedJSON(line.values);
  const keep = (ended, wait) => line.keep(spoken(api.getFlattenedCMI()), ended, wait);
  api.on("LMSSetValue.cmi.*", () => keep(false));
  api.on("LMSCommit", () => keep(false, 0));
  api.on("LMSFinish", () => keep(true, 0));
  window.API = api;
}
