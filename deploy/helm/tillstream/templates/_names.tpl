{{/* What things are called. */}}
{{- define "tillstream.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) | trunc 38 | trimSuffix "-" -}}
{{- end }}

{{- define "tillstream.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
app.kubernetes.io/part-of: tillstream
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Of (root, name): the labels that select the pods of one process, or of one job. */}}
{{- define "tillstream.selector" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{/* Of (root, image, own): the image of a process, whose own tag or digest wins. */}}
{{- define "tillstream.image" -}}
{{- $image := .root.Values.image -}}
{{- $own := .own | default dict -}}
{{- $name := list $image.registry $image.repository .image | compact | join "/" -}}
{{- if $own.digest -}}
{{ $name }}@{{ $own.digest }}
{{- else -}}
{{ $name }}:{{ $own.tag | default $image.tag | default .root.Chart.AppVersion }}
{{- end -}}
{{- end }}

{{/* The processes that are enabled, as JSON: what files/settings.json says of each, with its key. */}}
{{- define "tillstream.processes" -}}
{{- $known := .Files.Get "files/settings.json" | fromJson -}}
{{- $enabled := dict -}}
{{- range $key, $process := $known.processes -}}
{{- if (index $.Values.services $key).enabled -}}
{{- $_ := set $enabled $key $process -}}
{{- end -}}
{{- end -}}
{{- toJson $enabled -}}
{{- end }}

{{- define "tillstream.pullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- end }}

{{/* What every pod keeps to. */}}
{{- define "tillstream.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "tillstream.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}
