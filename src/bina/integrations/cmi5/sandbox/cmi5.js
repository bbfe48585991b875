// cmi5 units speak with the record store themselves; a closed frame only lacks the storage that many of them ask for.
import { standIn } from "../../packages/sandbox/parts/line.js";

standIn();
