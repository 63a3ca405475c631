import { interactiveCurves } from "./interactive-curves.js";
import { sortableTables } from "./sortable-tables.js";

sortableTables();
interactiveCurves();
