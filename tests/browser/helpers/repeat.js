// The same form, sent once more: what an impatient person, a bad network or the
// way back in the browser's history may do.

/** Does something that sends a form, and gives what sends the same again. */
export async function sentBy(page, action) {
  const sending = page.waitForRequest((request) => request.method() === "POST" && request.isNavigationRequest());
  await action();
  const request = await sending;
  await page.waitForLoadState();
  const [url, body] = [request.url(), request.postData()];
  return () =>
    page.evaluate(
      async ([url, body]) => {
        const answer = await fetch(url, { method: "POST", body: new URLSearchParams(body) });
        return answer.status;
      },
      [url, body],
    );
}
