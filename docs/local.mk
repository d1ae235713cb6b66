dist_man_MANS += \
	docs/nono-assert.5 \
	docs/nono-blob.5 \
	docs/nono-group.5 \
	docs/nono-load.1 \
	docs/nono-profile.5 \
	docs/nonoc.1

# What nonoc explain prints.
docsdatadir = $(pkgdatadir)/docs
dist_docsdata_DATA = \
	docs/errors.md \
	docs/findings.md \
	docs/reports.md

dist_doc_DATA += \
	README.md \
	docs/SECURITY.md \
	docs/compatibility.md \
	docs/editors.md \
	docs/errors.md \
	docs/findings.md \
	docs/hacking.md \
	docs/report.schema.json \
	docs/reports.md \
	docs/review.md \
	docs/seatbelt.md

# A repository of profiles, as people would set it up; tests/example.test.
exampledir = $(docdir)/example
dist_example_DATA = \
	docs/example/.gitattributes \
	docs/example/.pre-commit-config.yaml \
	docs/example/README.md \
	docs/example/ours.assert \
	docs/example/waivers.json
examplegroupsdir = $(exampledir)/groups
dist_examplegroups_DATA = docs/example/groups/review_tools.json
exampleprofilesdir = $(exampledir)/profiles
dist_exampleprofiles_DATA = \
	docs/example/profiles/base.yaml \
	docs/example/profiles/builder.jsonc \
	docs/example/profiles/reviewer.json
exampleworkflowsdir = $(exampledir)/.github/workflows
dist_exampleworkflows_DATA = docs/example/.github/workflows/policy.yaml
