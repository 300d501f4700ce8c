// The page of the API's documentation; everything it loads comes from the server that it describes.
addEventListener('DOMContentLoaded', () => {
  globalThis.SwaggerUIBundle({
    url: '/v1/openapi.json',
    dom_id: '#api',
    deepLinking: true,
    tryItOutEnabled: true,
    validatorUrl: null,
  });
});
