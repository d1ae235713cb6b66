dist_man_MANS +=

dist_doc_DATA += \
	README.md \
	docs/errors.md
