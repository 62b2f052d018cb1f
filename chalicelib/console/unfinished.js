// Unfinished uploads of this browser: image and file, without any secret.
const KEPT = "rosetta-uploads";

function all() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? [];
  } catch {
    return [];
  }
}

const write = (records) => localStorage.setItem(KEPT, JSON.stringify(records));

export const unfinishedOf = ({ user, tenant }) => all().filter((each) => each.user === user && each.tenant === tenant);
export const keep = (record) => write([...all().filter((each) => each.image !== record.image), record]);
export const forget = (image) => write(all().filter((each) => each.image !== image));
