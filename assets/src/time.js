// Times in the reader's own zone; the server shows the workspace's.
const day = { day: "numeric", month: "short", year: "numeric" };
const formats = {
  day: new Intl.DateTimeFormat("en-GB", day),
  minute: new Intl.DateTimeFormat("en-GB", { ...day, hour: "2-digit", minute: "2-digit", timeZoneName: "short" }),
};

export function localise(root) {
  for (const time of root.querySelectorAll("time[data-local]")) {
    time.textContent = formats[time.dataset.local].format(new Date(time.dateTime));
  }
}
localise(document);

// A new portal shows its times in the zone of whoever founds it.
for (const field of document.querySelectorAll("input[data-time-zone]")) {
  field.value ||= Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
}
