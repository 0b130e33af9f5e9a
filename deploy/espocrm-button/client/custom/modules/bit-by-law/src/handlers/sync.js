define('bit-by-law:handlers/sync', ['action-handler'], ActionHandler => class extends ActionHandler {
    // Asks EspoCRM, which asks the hub: the hub's key never comes to a browser.
    async sync() {
        const model = this.view.model;

        this.view.disableMenuItem('bitByLawSync');

        try {
            const told = await Espo.Ajax.postRequest(`BitByLaw/${model.entityType}/${model.id}/sync`);

            if (told.asked) {
                Espo.Ui.success(told.message);
            } else {
                Espo.Ui.warning(told.message ?? this.view.translate('hubAway', 'messages'));
            }
        } finally {
            this.view.enableMenuItem('bitByLawSync');
        }
    }
});
