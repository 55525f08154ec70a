// Shows the description of the API; a file of its own because inline scripts are forbidden.
window.SwaggerUIBundle({
  url: "/schema/openapi.json",
  dom_id: "#description",
  deepLinking: true,
  validatorUrl: null,
});
