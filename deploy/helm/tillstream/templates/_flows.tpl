{{/* Of (root, to): an egress rule to what networkPolicy.<to> names; DNS, which both protocols serve, likewise. */}}
{{- define "tillstream.flow" -}}
{{- $flow := index .root.Values.networkPolicy .to }}
- ports:
    {{- range $port := $flow.ports }}
    - {protocol: TCP, port: {{ $port }}}
    {{- if eq $.to "toDns" }}
    - {protocol: UDP, port: {{ $port }}}
    {{- end }}
    {{- end }}
  {{- with $flow.to }}
  to: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{/* Of (root, names): the pods of these processes, as the peers of a rule. */}}
{{- define "tillstream.peers" -}}
{{- range .names }}
- podSelector:
    matchLabels:
      {{- include "tillstream.selector" (dict "root" $.root "name" .) | nindent 6 }}
{{- end }}
{{- end }}
