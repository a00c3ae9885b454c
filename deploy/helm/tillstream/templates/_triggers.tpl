{{/* Of (root, key, process): what KEDA looks at for a process. */}}
{{- define "tillstream.triggers" -}}
{{- $own := (index .root.Values.services .key).autoscaling -}}
{{- $given := include "tillstream.given" . | fromJson -}}
{{- if eq .key "orderService" -}}
{{- if not (kindIs "string" $given.kafkaBootstrapServers) }}{{ fail "KEDA has to know settings.kafkaBootstrapServers as a plain value" }}{{ end -}}
{{- range list "stripe.events.v1" "orders.placed.v1" "payments.attached.v1" }}
- type: kafka
  metricType: AverageValue
  metadata:
    bootstrapServers: {{ $given.kafkaBootstrapServers }}
    consumerGroup: {{ default "order-service" $given.consumerGroup }}
    topic: {{ default "" $given.kafkaTopicPrefix }}{{ . }}
    lagThreshold: {{ int64 $own.threshold | quote }}
    offsetResetPolicy: earliest
{{- end }}
{{- else -}}
{{- $pods := printf "namespace=\"%s\",pod=~\"%s-%s-.+\"" .root.Release.Namespace (include "tillstream.fullname" .root) .process.name -}}
{{- $queries := dict
  "intentApi" (printf "sum(rate(intent_api_requests_total{%s}[1m]))" $pods)
  "webhookIngest" (printf "sum(rate(webhook_ingest_webhooks_total{%s}[1m]))" $pods)
  "notifier" (printf "sum(notifier_sockets{%s})" $pods)
}}
- type: prometheus
  metricType: AverageValue
  metadata:
    serverAddress: {{ .root.Values.autoscaling.prometheus }}
    query: {{ index $queries .key | quote }}
    threshold: {{ int64 $own.threshold | quote }}
{{- end }}
{{- end }}
