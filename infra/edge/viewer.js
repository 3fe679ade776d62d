// Runs in CloudFront for each request of a viewer, before the API. It says at which
// host the viewer is and what its address is: the API sees neither. Whatever the
// viewer sent under names of ours is dropped.
function handler(event) {
  var request = event.request;
  var headers = request.headers;
  var host = headers.host;
  if (!host || host.multiValue || !/^[a-z0-9.-]{1,253}(:[0-9]+)?$/i.test(host.value)) {
    return { statusCode: 400, statusDescription: "Bad Request" };
  }
  Object.keys(headers).forEach(function (name) {
    if (name.toLowerCase().startsWith("x-portal-")) delete headers[name];
  });
  headers["x-portal-host"] = { value: host.value.toLowerCase() };
  headers["x-portal-viewer"] = { value: event.viewer.ip };
  return request;
}
