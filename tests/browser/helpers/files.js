// Where things are.
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A file beside the data of this worker's server. A deployment is one for all. */
export function inServerFolder(path) {
  const { DEPLOYED, PORTAL_FOLDER, TEST_PARALLEL_INDEX = "0" } = process.env;
  return DEPLOYED ? join(PORTAL_FOLDER, path) : join(PORTAL_FOLDER, TEST_PARALLEL_INDEX, path);
}

/** A file or folder of the repository. */
export const inRepository = (path) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** A small export of each scanner. */
export const NESSUS = inRepository("shared/domain/tests/data/two_hosts.nessus");
export const BURP = inRepository("shared/domain/tests/data/three_issues.xml");
export const ZAP = inRepository("shared/domain/tests/data/two_sites.json");
export const NUCLEI = inRepository("shared/domain/tests/data/matches.jsonl");
