{{/* Of (root, key, process): the paths of a service that the world may reach, as JSON: [{path, exact}]. */}}
{{- define "tillstream.paths" -}}
{{- $dropIn := dig "dropInRoutes" false (include "tillstream.given" . | fromJson) -}}
{{- $paths := dict
  "intentApi" (list (dict "path" "/v1"))
  "webhookIngest" (list (dict "path" "/webhooks/stripe"))
  "orderService" (list (dict "path" "/v1"))
  "notifier" (list (dict "path" "/v1/stream" "exact" true))
-}}
{{- $also := dict "intentApi" (list "/config" "/create-payment-intent" "/create-checkout-session") "webhookIngest" (list "/webhook") -}}
{{- $all := index $paths .key -}}
{{- if eq (toString $dropIn) "true" -}}
{{- range index $also .key -}}
{{- $all = append $all (dict "path" . "exact" true) -}}
{{- end -}}
{{- end -}}
{{- toJson (dict "paths" $all) -}}
{{- end }}
