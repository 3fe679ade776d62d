// Pictures, drawn by the page itself, and put where a person would put them.

/** Pastes or drops a picture of one colour into what `field` finds. */
export async function give(field, { name = "image.png", colour = "#c62828", how = "paste" } = {}) {
  await field.evaluate(
    async (node, { name, colour, how }) => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
      const brush = canvas.getContext("2d");
      brush.fillStyle = colour;
      brush.fillRect(0, 0, 640, 360);
      brush.fillStyle = "white";
      brush.font = "48px sans-serif";
      brush.fillText(name, 40, 200);
      const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
      const data = new DataTransfer();
      data.items.add(new File([blob], name, { type: "image/png" }));
      node.focus();
      const init = { bubbles: true, cancelable: true };
      node.dispatchEvent(how === "paste" ? new ClipboardEvent("paste", { ...init, clipboardData: data }) : new DragEvent("drop", { ...init, dataTransfer: data }));
    },
    { name, colour, how },
  );
}

/** A picture for a field of files. */
export async function picture(page, name = "shot.png") {
  const bytes = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 200 });
    const brush = canvas.getContext("2d");
    brush.fillStyle = "#1565c0";
    brush.fillRect(0, 0, 320, 200);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
    return [...new Uint8Array(await blob.arrayBuffer())];
  });
  return { name, mimeType: "image/png", buffer: Buffer.from(bytes) };
}

/** Whether an image is there, drawn. */
export const isDrawn = (image) => image.evaluate((one) => one.complete && one.naturalWidth > 0);
